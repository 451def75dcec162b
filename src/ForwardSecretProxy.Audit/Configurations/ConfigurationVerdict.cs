using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>The answer for a configuration.</summary>
internal static class ConfigurationVerdict
{
    /// <summary>Judges by the worst of the findings.</summary>
    public static Verdict Of(IReadOnlyList<Finding> findings)
    {
        var past = findings.Max(finding => finding.PastSessions);
        var worst = findings.Max(finding => finding.Level);
        var grade = past switch
        {
            PastSessions.Open => "F",
            PastSessions.SomeAreOpen => "D",
            PastSessions.MayBeOpen => "C",
            PastSessions.ClosedButRecent => "B",
            _ => worst > FindingLevel.Note ? "B" : "A",
        };
        return new Verdict(grade, past, Sentence(past) + KeyClause(findings));
    }

    private static string Sentence(PastSessions past) => past switch
    {
        PastSessions.Open => "With this configuration, past sessions are readable with the secrets that the server keeps",
        PastSessions.SomeAreOpen => "With this configuration, past sessions of some clients are readable with the secrets that the server keeps",
        PastSessions.MayBeOpen => "With this configuration, past sessions may be readable with the secrets that the server keeps",
        PastSessions.ClosedButRecent =>
            "With this configuration, past sessions are not readable with the secrets that the server keeps, but for those of a last while",
        _ => "With this configuration, past sessions are not readable with the secrets that the server keeps",
    };

    private static string KeyClause(IReadOnlyList<Finding> findings) =>
        findings.Any(finding => finding.Check == Checks.PrivateKeyCheck.Id && finding.Level == FindingLevel.Failure)
            ? "; a private key lies in a file, and whoever copies that can pose as the server."
            : ".";
}
