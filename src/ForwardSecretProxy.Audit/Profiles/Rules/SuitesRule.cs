using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>Suites that may be accepted.</summary>
/// <param name="Version">TLS 1.3, or TLS 1.2 for all before it.</param>
/// <param name="Allowed">No other may be.</param>
/// <param name="Severity">Of a violation.</param>
/// <param name="Reference">The clause.</param>
public sealed record SuitesRule(TlsVersion Version, IReadOnlyList<CipherSuite> Allowed, FindingLevel Severity, string? Reference)
    : ProfileRule("suites", Severity, Reference)
{
    /// <inheritdoc/>
    public override string Demand => Allowed.Count == 0
        ? $"no suites of {VersionRange.Name(Version)} are accepted"
        : $"in {VersionRange.Name(Version)} no suites but {Allowed.Count} named ones are accepted";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Judge(TlsOffer offer)
    {
        var versions = VersionRange.Of(Version);
        List<string> violations =
        [
            .. from version in versions
               from suite in offer.Suites.GetValueOrDefault(version, [])
               where !Allowed.Contains(suite)
               select $"{version.ToText()}: {suite.Name}",
        ];
        if (violations.Count > 0)
            return [Violated(violations)];
        var unknown = versions.Any(version => offer.Speaks(version) == Answer.Unknown
            || offer.Speaks(version) == Answer.Yes && !offer.Suites.ContainsKey(version));
        return [unknown ? Unknown($"Which suites of {VersionRange.Name(Version)} are accepted") : Fulfilled()];
    }
}
