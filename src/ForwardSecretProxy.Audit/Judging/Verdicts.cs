using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Profiles;

namespace ForwardSecretProxy.Audit.Judging;

/// <summary>
/// Draws the verdict from findings. A question whose answer would decide it, and that stayed open, comes as a finding with
/// <see cref="PastSessions.MayBeOpen"/>: nothing that is not known counts as closed.
/// </summary>
public static class Verdicts
{
    private const string Secrets = "readable with the server's long-term secrets";
    private const int MaxReasons = 2;

    /// <summary>The verdict. A profile's findings do not move it: it is about past sessions, not about somebody's rules.</summary>
    public static Verdict Of(IReadOnlyCollection<Finding> findings)
    {
        List<Finding> own = [.. findings.Where(finding => !finding.Check.StartsWith(ProfileJudge.IdPrefix, StringComparison.Ordinal))];
        // No finding at all is no answer either.
        var worst = own.Count == 0 ? PastSessions.MayBeOpen : own.Max(finding => finding.PastSessions);
        return new(Grade(worst, own), worst, Sentence(worst, Reasons(worst, own)));
    }

    private static string Grade(PastSessions worst, List<Finding> findings) => worst switch
    {
        PastSessions.Open => "F",
        PastSessions.SomeAreOpen => "D",
        PastSessions.MayBeOpen => "C",
        PastSessions.ClosedButRecent => "B",
        _ => findings.Any(finding => finding.Level >= FindingLevel.Warning) ? "B" : "A",
    };

    private static string Sentence(PastSessions worst, string reasons) => worst switch
    {
        PastSessions.Open => $"Past sessions are {Secrets}: {reasons}.",
        PastSessions.SomeAreOpen => $"Past sessions of some clients are {Secrets}: {reasons}.",
        PastSessions.MayBeOpen => $"Past sessions may be {Secrets}: {reasons}.",
        PastSessions.ClosedButRecent => $"Past sessions are not {Secrets}, but for recent ones: {reasons}.",
        _ => $"Past sessions are not {Secrets}.",
    };

    // What was found first, what was not learnt after it.
    private static string Reasons(PastSessions worst, List<Finding> findings)
    {
        List<string> all = [.. findings.Where(finding => finding.PastSessions == worst)
            .OrderBy(finding => finding.Level == FindingLevel.Unexamined).ThenByDescending(finding => finding.Level)
            .Select(finding => Clause(finding.Message)).Distinct()];
        return all.Count switch
        {
            0 => "nothing was learnt",
            <= MaxReasons => string.Join("; ", all),
            _ => $"{string.Join("; ", all.Take(MaxReasons))}; and {all.Count - MaxReasons} more",
        };
    }

    // "The server ..." goes on in lower case, "TLS 1.2 ...", "SSLv2 ..." and names do not.
    private static string Clause(string message)
    {
        var text = message.TrimEnd('.');
        return text.Length > 1 && char.IsUpper(text[0]) && (char.IsLower(text[1]) || text[1] == ' ')
            ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }
}
