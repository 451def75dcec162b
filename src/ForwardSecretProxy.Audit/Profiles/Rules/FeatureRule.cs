using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>A feature that must be, or must not be.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Demanded">Whether it must be there.</param>
/// <param name="Severity">Of a violation.</param>
/// <param name="Reference">The clause.</param>
public sealed record FeatureRule(TlsFeature Feature, bool Demanded, FindingLevel Severity, string? Reference)
    : ProfileRule(ProfileNames.Of(Feature), Severity, Reference)
{
    /// <inheritdoc/>
    public override string Demand => $"{Kind} must {(Demanded ? "" : "not ")}be on";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Judge(TlsOffer offer)
    {
        if (!Applies(offer))
            return [Fulfilled()];
        var answer = offer.Features.GetValueOrDefault(Feature);
        return [answer == Answer.Unknown ? Unknown($"Whether {Kind} is on")
            : answer == (Demanded ? Answer.Yes : Answer.No) ? Fulfilled()
            : Violated($"{Kind} is {(Demanded ? "off" : "on")}")];
    }

    private bool Applies(TlsOffer offer) => Feature switch
    {
        TlsFeature.Compression or TlsFeature.SecureRenegotiation or TlsFeature.ClientRenegotiation or TlsFeature.ExtendedMasterSecret
            or TlsFeature.Tls12Tickets or TlsFeature.SessionIds => offer.SpeaksAny(VersionRange.Of(TlsVersion.Tls12)) != Answer.No,
        TlsFeature.EncryptThenMac => offer.SpeaksAny(VersionRange.Of(TlsVersion.Tls12)) != Answer.No
            && (offer.Suites.Count == 0
                || offer.Suites.Values.Any(suites => suites.Any(suite => suite.Cipher.Contains("_CBC", StringComparison.Ordinal)))),
        TlsFeature.Tls13Tickets or TlsFeature.Tls13TicketReuse or TlsFeature.PskWithoutKeyExchange or TlsFeature.EarlyData =>
            offer.Speaks(TlsVersion.Tls13) != Answer.No,
        _ => true,
    };
}
