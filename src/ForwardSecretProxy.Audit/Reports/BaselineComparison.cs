namespace ForwardSecretProxy.Audit.Reports;

/// <summary>What differs from an earlier report.</summary>
/// <param name="At">When the earlier one was made.</param>
/// <param name="Changes">The differences, each a sentence; empty when there are none.</param>
public sealed record BaselineComparison(DateTimeOffset At, IReadOnlyList<BaselineChange> Changes);
