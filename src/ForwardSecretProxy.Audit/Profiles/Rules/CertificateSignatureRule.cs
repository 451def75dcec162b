using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>Hashes that the certificate may be signed over.</summary>
/// <param name="Hashes">Such as <c>sha256</c>; EdDSA, which has none of its own, is always allowed.</param>
/// <param name="Severity">Of a violation.</param>
/// <param name="Reference">The clause.</param>
public sealed record CertificateSignatureRule(IReadOnlyList<string> Hashes, FindingLevel Severity, string? Reference)
    : CertificateRule("certificate-signature", Severity, Reference)
{
    /// <inheritdoc/>
    public override string Demand => $"the certificate is signed over {string.Join(", ", Hashes)}";

    /// <inheritdoc/>
    private protected override string? Violation(OfferedCertificate certificate) =>
        certificate.Hash == "none" || Hashes.Contains(certificate.Hash) ? null : certificate.Hash ?? "an unknown hash";
}
