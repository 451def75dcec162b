using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>Groups that may be accepted, and such of which one must be.</summary>
/// <param name="Allowed">No other may be; null for any.</param>
/// <param name="AnyOf">One of these must be accepted; empty when the rule asks for none.</param>
/// <param name="Severity">Of a violation.</param>
/// <param name="Reference">The clause.</param>
public sealed record GroupsRule(
    IReadOnlyList<NamedGroup>? Allowed, IReadOnlyList<NamedGroup> AnyOf, FindingLevel Severity, string? Reference)
    : ProfileRule("groups", Severity, Reference)
{
    /// <inheritdoc/>
    public override string Demand => string.Join(", and ", new[]
    {
        Allowed is null ? null : $"no group but {Names(Allowed)} is accepted",
        AnyOf.Count == 0 ? null : $"one of {Names(AnyOf)} must be accepted",
    }.OfType<string>());

    /// <inheritdoc/>
    public override IEnumerable<Finding> Judge(TlsOffer offer) =>
        new[] { TlsVersion.Tls12, TlsVersion.Tls13 }.Select(version => Judge(offer, version)).OfType<Finding>().DefaultIfEmpty(Fulfilled());

    private Finding? Judge(TlsOffer offer, TlsVersion version)
    {
        if (offer.SpeaksAny(VersionRange.Of(version)) == Answer.No)
            return null;
        if (!offer.Groups.TryGetValue(version, out var groups))
        {
            // Where nothing but RSA is spoken there are none; where it is, another rule has the say.
            var hasNone = version != TlsVersion.Tls13 && offer.Suites.Count > 0 && !offer.Suites.Where(one => one.Key != TlsVersion.Tls13)
                .SelectMany(one => one.Value)
                    .Any(suite => suite.KeyExchange is KeyExchange.Ecdhe or KeyExchange.EcdhePsk or KeyExchange.AnonymousEcdh);
            return hasNone ? null : Unknown($"Which groups of {VersionRange.Name(version)} are accepted");
        }

        List<string> violations = Allowed is null ? []
            : [.. groups.Where(group => !Allowed.Contains(group)).Select(group => $"{VersionRange.Name(version)}: {group.Name}")];
        if (AnyOf.Count > 0 && !groups.Any(AnyOf.Contains))
            violations.Add($"{VersionRange.Name(version)}: none of {Names(AnyOf)}");
        return violations.Count > 0 ? Violated(violations) : null;
    }

    private static string Names(IEnumerable<NamedGroup> groups) => string.Join(", ", groups.Select(group => group.Name));
}
