using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Configurations.Checks;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>A profile's rule, held against every service of a configuration.</summary>
internal sealed class RuleCheck(Profile profile, ProfileRule rule, Func<ServiceObservation, TlsOffer> offers) : ServiceCheck
{
    /// <inheritdoc/>
    public override CheckDescription Description { get; } = ProfileJudge.Describe(profile with { Rules = [rule] })[0];

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen)
    {
        var place = RulePlace.Of(rule, service);
        // What is violated stands somewhere; what is not known may just not be written.
        return ProfileJudge.Judge(profile with { Rules = [rule] }, offers(service)).Select(finding => finding with
        {
            Location = finding.Level is FindingLevel.Unexamined ? place : place ?? service.Location,
        });
    }
}
