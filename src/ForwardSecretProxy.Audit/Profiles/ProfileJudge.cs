using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>Holds a profile against what a server offers.</summary>
public static class ProfileJudge
{
    /// <summary>What the ids of all findings of profiles begin with.</summary>
    public const string IdPrefix = "policy-";

    /// <summary>The findings of every rule.</summary>
    public static IReadOnlyList<Finding> Judge(Profile profile, TlsOffer offer) =>
        [.. profile.Rules.SelectMany(rule => rule.Judge(offer)).Select(finding => finding with { Message = $"{profile.Name}: {finding.Message}" })];

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
