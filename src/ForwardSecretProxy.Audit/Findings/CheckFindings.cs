namespace ForwardSecretProxy.Audit.Findings;

/// <summary>The findings of a check, each named for what it says.</summary>
public static class CheckFindings
{
    /// <summary>Looked at, and as it should be.</summary>
    public static Finding Pass(this CheckDescription check, string message) => new(check.Id, FindingLevel.Pass, message);

    /// <summary>Worth knowing.</summary>
    public static Finding Note(this CheckDescription check, string message, params IEnumerable<string> evidence) =>
        new(check.Id, FindingLevel.Note, message) { Evidence = [.. evidence] };

    /// <summary>Should be mended.</summary>
    public static Finding Warning(this CheckDescription check, string message, params IEnumerable<string> evidence) =>
        new(check.Id, FindingLevel.Warning, message) { Evidence = [.. evidence] };

    /// <summary>Has to be mended.</summary>
    public static Finding Failure(this CheckDescription check, string message, params IEnumerable<string> evidence) =>
        new(check.Id, FindingLevel.Failure, message) { Evidence = [.. evidence] };

    /// <summary>Could not be looked at; the message says what was not learnt.</summary>
    public static Finding Unexamined(this CheckDescription check, string message, params IEnumerable<string> evidence) =>
        new(check.Id, FindingLevel.Unexamined, message) { Evidence = [.. evidence] };

    /// <summary>
    /// Could not be looked at, and without it nobody can say that past sessions are closed: the verdict is
    /// <see cref="PastSessions.MayBeOpen"/> at best.
    /// </summary>
    public static Finding UnexaminedVital(this CheckDescription check, string message, params IEnumerable<string> evidence) =>
        check.Unexamined(message, evidence).For(PastSessions.MayBeOpen);

    /// <summary>The same finding with what it means for past sessions.</summary>
    public static Finding For(this Finding finding, PastSessions pastSessions) => finding with { PastSessions = pastSessions };
}
