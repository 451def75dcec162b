using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>The hash that certificates were signed over.</summary>
public sealed class CertificateSignatureCheck : CertificateCheck
{
    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "certificate-signature",
        "Certificate's signature",
        "Over a broken hash somebody can make a second certificate with the same signature and another name in it.",
        ["CA/Browser Forum Baseline Requirements section 7.1.3", "Stevens et al., The first collision for full SHA-1, CRYPTO 2017"],
        Mends.Of(fsp: "a certificate from an authority that signs with SHA-256"));

    /// <inheritdoc/>
    private protected override IEnumerable<Finding> Judge(EndpointObservation seen, ReadChain chain)
    {
        // A root is trusted for itself, and nobody looks at its signature.
        var signed = chain.Certificates.Where((certificate, index) => index == 0 || !ReadChain.IsSelfIssued(certificate)).ToList();
        var broken = signed.Where(certificate => CertificateHash.Of(certificate) is "md2" or "md5" or "sha1")
            .Select(certificate => $"{certificate.Subject}: {CertificateHash.Of(certificate)}").ToList();
        if (broken.Count > 0)
            return [Description.Failure($"Certificates for {chain.Name} are signed over a broken hash.", broken)];
        var unknown = signed.Where(certificate => CertificateHash.Of(certificate) is null)
            .Select(certificate => $"{certificate.Subject}: {certificate.SignatureAlgorithm.Value}").ToList();
        return [unknown.Count > 0
            ? Description.Unexamined($"Certificates for {chain.Name} are signed in a way that was not judged.", unknown)
            : Description.Pass($"The certificates for {chain.Name} are signed over SHA-2 or better.")];
    }
}
