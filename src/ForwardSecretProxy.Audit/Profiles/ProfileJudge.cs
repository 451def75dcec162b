using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>Holds a profile against what a server offers, or would by its configuration.</summary>
public static class ProfileJudge
{
    /// <summary>What the ids of all findings of profiles begin with.</summary>
    public const string IdPrefix = "policy-";

    /// <summary>The findings of every rule.</summary>
    public static IReadOnlyList<Finding> Judge(Profile profile, TlsOffer offer) =>
        [.. profile.Rules.SelectMany(rule => rule.Judge(offer))];

    /// <summary>The findings of every rule for every service of a configuration, at the settings that they are about.</summary>
    /// <param name="profile">The rules.</param>
    /// <param name="seen">What was read.</param>
    /// <param name="offers">What a service offers; <see cref="ConfigurationOffer"/> unless more is known.</param>
    public static IReadOnlyList<Finding> Judge(
        Profile profile, ConfigurationObservation seen, Func<ServiceObservation, TlsOffer>? offers = null) =>
    [
        .. profile.Rules.SelectMany(rule =>
            new RuleCheck(profile, rule, offers ?? (service => ConfigurationOffer.Of(service, seen.Software))).Examine(seen)),
    ];

    /// <summary>What the rules look for, one description for each kind of rule.</summary>
    public static IReadOnlyList<CheckDescription> Describe(Profile profile) =>
    [
        .. profile.Rules.GroupBy(rule => rule.Check).Select(rules => new CheckDescription(
            rules.Key,
            $"{profile.Name} {profile.Version}: {rules.First().Kind}",
            $"{profile.Title} demands: {string.Join("; ", rules.Select(rule => rule.Demand).Distinct())}.",
            [profile.Source, .. rules.Select(rule => rule.Reference).OfType<string>().Distinct()],
            Mends.None)),
    ];
}
