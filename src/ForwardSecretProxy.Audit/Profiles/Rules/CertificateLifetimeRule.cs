using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>For how long the certificate may be issued.</summary>
/// <param name="MaximumDays">From its first to its last day.</param>
/// <param name="Severity">Of a violation.</param>
/// <param name="Reference">The clause.</param>
public sealed record CertificateLifetimeRule(int MaximumDays, FindingLevel Severity, string? Reference)
    : CertificateRule("certificate-lifetime", Severity, Reference)
{
    /// <inheritdoc/>
    public override string Demand => FormattableString.Invariant($"the certificate is valid for {MaximumDays} days at most");

    /// <inheritdoc/>
    private protected override string? Violation(OfferedCertificate certificate) =>
        certificate.LifetimeDays <= MaximumDays ? null : FormattableString.Invariant($"{certificate.LifetimeDays:0} days");
}
