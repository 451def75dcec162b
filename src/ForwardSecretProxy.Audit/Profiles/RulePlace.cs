using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Profiles.Rules;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>Where in a configuration the setting stands that a rule is about.</summary>
internal static class RulePlace
{
    /// <summary>The place; null for a default, and for what no setting is read for.</summary>
    public static SourceLocation? Of(ProfileRule rule, ServiceObservation service) => rule switch
    {
        VersionsRule => service.Versions.Location,
        SuitesRule { Version: TlsVersion.Tls12 } => service.CipherString.Location,
        GroupsRule => service.Groups?.Location,
        DhParametersRule => service.DhParameters?.Location,
        FeatureRule feature => Of(feature.Feature, service),
        _ => null,
    };

    private static SourceLocation? Of(TlsFeature feature, ServiceObservation service) => feature switch
    {
        TlsFeature.Compression => service.Compression.Location,
        TlsFeature.ClientRenegotiation => service.Renegotiation.Location,
        TlsFeature.Tls12Tickets or TlsFeature.Tls13Tickets => service.Tickets.Issued.Location,
        TlsFeature.SessionIds => service.SessionCache.Kind.Location,
        TlsFeature.EarlyData => service.EarlyData.Location,
        TlsFeature.ServerPreference => service.ServerPreference.Location,
        _ => null,
    };
}
