using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Judging;

/// <summary>What all checks make of one server or configuration.</summary>
/// <param name="Verdict">The answer.</param>
/// <param name="Findings">What it rests on, the worst first.</param>
public sealed record Judgement(Verdict Verdict, IReadOnlyList<Finding> Findings)
{
    /// <summary>Puts findings in order and draws the verdict from them; for servers and configurations alike.</summary>
    public static Judgement Of(IEnumerable<Finding> findings)
    {
        List<Finding> ordered = [.. findings.OrderByDescending(finding => finding.Level).ThenByDescending(finding => finding.PastSessions)];
        return new(Verdicts.Of(ordered), ordered);
    }
}
