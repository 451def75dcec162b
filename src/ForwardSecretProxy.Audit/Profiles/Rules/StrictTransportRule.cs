using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>The least max-age of Strict-Transport-Security, for servers that speak HTTP.</summary>
/// <param name="MinimumSeconds">In seconds.</param>
/// <param name="Severity">Of a violation.</param>
/// <param name="Reference">The clause.</param>
public sealed record StrictTransportRule(long MinimumSeconds, FindingLevel Severity, string? Reference)
    : ProfileRule("strict-transport-security", Severity, Reference)
{
    /// <inheritdoc/>
    public override string Demand => FormattableString.Invariant($"Strict-Transport-Security has a max-age of {MinimumSeconds} or more");

    /// <inheritdoc/>
    public override IEnumerable<Finding> Judge(TlsOffer offer) => [offer.SpeaksHttp switch
    {
        Answer.Unknown => Unknown("Whether the server speaks HTTP"),
        Answer.No => Fulfilled(),
        _ when offer.StrictTransportSeconds is null => Violated("there is none"),
        _ when offer.StrictTransportSeconds < MinimumSeconds =>
            Violated(FormattableString.Invariant($"max-age={offer.StrictTransportSeconds}")),
        _ => Fulfilled(),
    }];
}
