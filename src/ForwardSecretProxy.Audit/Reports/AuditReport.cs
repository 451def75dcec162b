using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>The whole result of <c>fsp audit</c>: what <c>--format json</c> prints, and <c>--baseline</c> reads.</summary>
public sealed record AuditReport
{
    /// <summary>Names the document's shape; <c>docs/audit.schema.json</c> describes it.</summary>
    public const string CurrentSchema = "fsp-audit/1";

    /// <summary>What this document's shape is.</summary>
    public string Schema { get; init; } = CurrentSchema;

    /// <summary>The program and its version.</summary>
    public required string Tool { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The profile that was judged by, if any.</summary>
    public string? Policy { get; init; }

    /// <summary>The checks that were made, those of the profile included.</summary>
    public IReadOnlyList<CheckDescription> Checks { get; init; } = [];

    /// <summary>The servers or configurations.</summary>
    public required IReadOnlyList<AuditedSubject> Subjects { get; init; }

    /// <summary>What changed since <c>--baseline</c>.</summary>
    public BaselineComparison? Changes { get; init; }

    /// <summary>The description of a check; one that says nothing but its id when the report has none.</summary>
    public CheckDescription Describe(string check) =>
        Checks.FirstOrDefault(description => description.Id == check)
        ?? new CheckDescription(check, check, "", [], new Dictionary<string, string>());
}
