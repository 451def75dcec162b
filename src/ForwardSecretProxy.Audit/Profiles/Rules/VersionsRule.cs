using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>Versions that may be spoken, and such as must be.</summary>
/// <param name="Allowed">No other may be; null for any.</param>
/// <param name="Required">All of these must be.</param>
/// <param name="Severity">Of a violation.</param>
/// <param name="Reference">The clause.</param>
public sealed record VersionsRule(
    IReadOnlyList<TlsVersion>? Allowed, IReadOnlyList<TlsVersion> Required, FindingLevel Severity, string? Reference)
    : ProfileRule("versions", Severity, Reference)
{
    /// <inheritdoc/>
    public override string Demand => string.Join(", and ", new[]
    {
        Allowed is null ? null : $"no version but {Names(Allowed)} is spoken",
        Required.Count == 0 ? null : $"{Names(Required)} must be spoken",
    }.OfType<string>());

    /// <inheritdoc/>
    public override IEnumerable<Finding> Judge(TlsOffer offer)
    {
        TlsVersion[] forbidden = Allowed is null ? [] : [.. TlsVersions.All.Except(Allowed)];
        List<string> violations =
        [
            .. forbidden.Where(version => offer.Speaks(version) == Answer.Yes).Select(version => $"{version.ToText()} is spoken"),
            .. Required.Where(version => offer.Speaks(version) == Answer.No).Select(version => $"{version.ToText()} is not spoken"),
        ];
        if (violations.Count > 0)
            return [Violated(violations)];
        List<TlsVersion> unknown = [.. forbidden.Concat(Required).Where(version => offer.Speaks(version) == Answer.Unknown)];
        return [unknown.Count > 0 ? Unknown($"Whether {Names(unknown)} is spoken") : Fulfilled()];
    }

    private static string Names(IEnumerable<TlsVersion> versions) => string.Join(", ", versions.Select(version => version.ToText()));
}
