using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>Kinds and sizes of the certificate's key.</summary>
/// <param name="Kinds">The kinds that are allowed; null for any.</param>
/// <param name="MinimumRsaBits">The least for RSA, or null.</param>
/// <param name="Curves">The curves for ECDSA, by their names in TLS; null for any.</param>
/// <param name="Severity">Of a violation.</param>
/// <param name="Reference">The clause.</param>
public sealed record CertificateKeyRule(
    IReadOnlyList<CertificateKeyKind>? Kinds, int? MinimumRsaBits, IReadOnlyList<string>? Curves, FindingLevel Severity, string? Reference)
    : CertificateRule("certificate-key", Severity, Reference)
{
    /// <inheritdoc/>
    public override string Demand => "the certificate's key is " + string.Join(", ", new[]
    {
        Kinds is null ? null : string.Join(" or ", Kinds),
        MinimumRsaBits is null ? null : FormattableString.Invariant($"for RSA of {MinimumRsaBits} bits or more"),
        Curves is null ? null : $"for ECDSA on {string.Join(" or ", Curves)}",
    }.OfType<string>());

    /// <inheritdoc/>
    private protected override string? Violation(OfferedCertificate certificate)
    {
        var key = certificate.Key;
        var isAllowed = Kinds?.Contains(key.Kind) != false
            && !(key.Kind == CertificateKeyKind.Rsa && key.Bits < MinimumRsaBits)
            && !(key.Kind == CertificateKeyKind.Ecdsa && Curves?.Contains(key.Curve, StringComparer.OrdinalIgnoreCase) == false);
        return isAllowed ? null : key.ToString();
    }
}
