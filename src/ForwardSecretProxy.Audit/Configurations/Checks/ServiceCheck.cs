using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>
/// A check of every service by itself. What comes of one line that many services inherit is one finding, with the services as
/// evidence.
/// </summary>
public abstract class ServiceCheck : IConfigurationCheck
{
    private const int MostEvidence = 24;

    /// <inheritdoc/>
    public abstract CheckDescription Description { get; }

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(ConfigurationObservation seen)
    {
        var all = seen.Services.SelectMany(service => Examine(service, seen)
            .Select(finding => (Service: service, Finding: finding))).ToList();
        // Of what is as it should be one line is enough, and where something is not, that is what counts.
        var told = all.Where(found => found.Finding.Level != FindingLevel.Pass).ToList();
        if (told.Count == 0) told = [.. all.Take(1).Select(found => found with { Finding = found.Finding with { Location = null } })];
        return told.GroupBy(found => (found.Finding.Level, found.Finding.PastSessions, found.Finding.Message, found.Finding.Location))
            .Select(Join);
    }

    /// <summary>What there is to say about one service.</summary>
    protected abstract IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen);

    /// <summary>A finding at a place of the service's.</summary>
    protected Finding Find(
        FindingLevel level, string message, SourceLocation? location, ServiceObservation service,
        PastSessions past = PastSessions.Closed) =>
        new(Description.Id, level, message + ".") { Location = location ?? service.Location, PastSessions = past };

    /// <summary>All well.</summary>
    protected Finding Pass(string message) => new(Description.Id, FindingLevel.Pass, message + ".");

    private static Finding Join<TKey>(IGrouping<TKey, (ServiceObservation Service, Finding Finding)> group)
    {
        var finding = group.First().Finding;
        if (finding.Level == FindingLevel.Pass) return finding;
        List<string> evidence =
        [
            .. group.SelectMany(found => found.Finding.Evidence).Distinct(),
            .. group.Select(found => $"service: {found.Service.Name} ({found.Service.Location.File}:{found.Service.Location.Line})")
                .Distinct(),
        ];
        if (evidence.Count > MostEvidence)
            evidence = [.. evidence.Take(MostEvidence), $"and {evidence.Count - MostEvidence} more"];
        return finding with { Evidence = evidence };
    }
}
