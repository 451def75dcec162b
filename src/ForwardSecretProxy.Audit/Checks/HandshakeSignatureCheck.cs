using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Whether the signatures over the server's key shares hold.</summary>
public sealed class HandshakeSignatureCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "handshake-signature",
        "Signatures over the key share",
        "The signature ties the ephemeral key share to the certificate. One that does not hold means a broken server or somebody in "
        + "between; one made by a faulty computation can give away an RSA key.",
        ["RFC 5246 section 7.4.3", "RFC 8446 section 4.4.3", "Weimer: Factoring RSA Keys With TLS Perfect Forward Secrecy, 2015"],
        Mends.None);

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var broken = seen.HandshakeSignatures.Where(signature => signature.Broken > 0)
            .Select(signature => $"{signature.Version.ToText()}, {signature.Scheme}: {signature.Broken} of {signature.Broken + signature.Verified}").ToList();
        if (broken.Count > 0)
            return [Description.Failure("Signatures over the server's key share do not hold.", broken)];
        if (seen.HasNoSuite((version, suite) => suite.IsSigned(version)))
            return [Description.Note("No suite is accepted in which a key share is signed.")];
        var verified = seen.HandshakeSignatures.Sum(signature => signature.Verified);
        return [verified > 0
            ? Description.Pass($"All of {verified} signatures over key shares hold.")
            : Description.Unexamined("No signature over a key share was checked.", seen.GapsAbout("signature"))];
    }
}
