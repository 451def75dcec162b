using System.Text.Json.Serialization;
using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>One server, or one configuration.</summary>
/// <param name="Name">As it was written on the command line: <c>example.org:443</c>, <c>/etc/nginx/nginx.conf</c>.</param>
/// <param name="Kind">What it is.</param>
public sealed record AuditedSubject(string Name, SubjectKind Kind)
{
    /// <summary>Why it could not be audited; then there is no verdict.</summary>
    public string? Error { get; init; }

    /// <summary>The answer.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>What it rests on: of every check at least one finding, the worst first.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>What was seen of a server.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EndpointObservation? Endpoint { get; init; }

    /// <summary>What was read in a configuration.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConfigurationObservation? Configuration { get; init; }

    /// <summary>Those of a level, in the report's order.</summary>
    public IEnumerable<Finding> At(FindingLevel level) => Findings.Where(finding => finding.Level == level);

    /// <summary>All that need a look, the worst first: everything but what passed.</summary>
    [JsonIgnore]
    public IEnumerable<Finding> WorstFirst => Findings
        .Where(finding => finding.Level != FindingLevel.Pass)
        .OrderByDescending(finding => finding.Level).ThenByDescending(finding => finding.PastSessions);
}
