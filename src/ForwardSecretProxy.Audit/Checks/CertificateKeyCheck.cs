using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>The kind and size of the certificate's key.</summary>
public sealed class CertificateKeyCheck : CertificateCheck
{
    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "certificate-key",
        "Certificate's key",
        "Whoever computes a weak key takes the server's place, and with static key exchange opens the past as well.",
        ["RFC 9325 section 4.5", "NIST SP 800-57 part 1 revision 5, table 2", "CA/Browser Forum Baseline Requirements section 6.1.5"],
        Mends.Of(fsp: "fsp key generate makes P-256 and RSA keys of 2048 bits or more"));

    /// <inheritdoc/>
    private protected override IEnumerable<Finding> Judge(EndpointObservation seen, ReadChain chain)
    {
        foreach (var certificate in chain.Certificates)
        {
            var key = CertificateKey.Of(certificate);
            if (key.Kind == CertificateKeyKind.Dsa || key is { Kind: CertificateKeyKind.Rsa, Bits: < 2048 } or { Kind: CertificateKeyKind.Ecdsa, Bits: > 0 and < 256 })
                yield return Description.Failure($"The key in the certificate of {certificate.Subject} is too weak: {key}.");
        }

        var own = CertificateKey.Of(chain.Leaf);
        yield return own.Kind == CertificateKeyKind.Other
            ? Description.Unexamined($"The key of the certificate for {chain.Name} is of a kind that was not judged: {own}.")
            : own.Kind == CertificateKeyKind.Dsa || own.Bits < 256
                ? Description.Note($"The certificate for {chain.Name} has the key {own}.")
                : Description.Pass($"The certificate for {chain.Name} has the key {own}.");
    }
}
