namespace ForwardSecretProxy.Audit.Reports;

/// <summary>What differs from an earlier report.</summary>
/// <param name="At">When the earlier one was made.</param>
/// <param name="Changes">The differences, each a sentence; empty when there are none.</param>
public sealed record BaselineComparison(DateTimeOffset At, IReadOnlyList<BaselineChange> Changes)
{
    /// <summary>Compares two reports, subject by subject as they are named; what got worse comes first.</summary>
    public static BaselineComparison Of(AuditReport before, AuditReport now)
    {
        var changes = new List<BaselineChange>();
        if (before.Policy != now.Policy)
            changes.Add(new BaselineChange("", null, $"judged by {now.Policy ?? "no policy"}, before by {before.Policy ?? "none"}"));
        foreach (var subject in now.Subjects)
        {
            var earlier = before.Subjects.FirstOrDefault(each => each.Name == subject.Name);
            changes.AddRange(earlier is null
                ? [new BaselineChange(subject.Name, null, "was not in the earlier report")]
                : new SubjectComparison(earlier, subject, before.Checks).Changes());
        }

        changes.AddRange(before.Subjects.ExceptBy(now.Subjects.Select(subject => subject.Name), subject => subject.Name)
            .Select(subject => new BaselineChange(subject.Name, null, "is in the earlier report only")));
        return new BaselineComparison(before.At,
            [.. changes.OrderBy(change => change.IsWorse switch { true => 0, null => 1, false => 2 })]);
    }
}
