using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>Schemes that the server may sign with.</summary>
/// <param name="Version">TLS 1.2 or TLS 1.3.</param>
/// <param name="Allowed">No other may be used.</param>
/// <param name="Severity">Of a violation.</param>
/// <param name="Reference">The clause.</param>
public sealed record SignatureSchemesRule(
    TlsVersion Version, IReadOnlyList<SignatureScheme> Allowed, FindingLevel Severity, string? Reference)
    : ProfileRule("signature-schemes", Severity, Reference)
{
    /// <inheritdoc/>
    public override string Demand =>
        $"in {Version.ToText()} nothing is signed but with {string.Join(", ", Allowed.Select(scheme => scheme.Name))}";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Judge(TlsOffer offer)
    {
        if (offer.Speaks(Version) == Answer.No)
            return [Fulfilled()];
        if (!offer.SignatureSchemes.TryGetValue(Version, out var schemes))
            return [Unknown($"What is signed with in {Version.ToText()}")];
        List<string> violations = [.. schemes.Where(scheme => !Allowed.Contains(scheme)).Select(scheme => scheme.Name)];
        return [violations.Count > 0 ? Violated(violations) : Fulfilled()];
    }
}
