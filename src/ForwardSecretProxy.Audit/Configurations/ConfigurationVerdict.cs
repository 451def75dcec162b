using ForwardSecretProxy.Audit.Configurations.Checks;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Profiles;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>The verdict on a configuration: as for a server, and a word about what no server shows, its key's file.</summary>
internal static class ConfigurationVerdict
{
    /// <summary>Puts the findings in order, and judges by them.</summary>
    public static Judgement Of(IEnumerable<Finding> findings)
    {
        var judgement = Judgement.Of(findings);
        var verdict = judgement.Verdict;
        // The best grade is for what was looked at: a key that this user may not see is no pass. Somebody's rules do not move it.
        if (verdict.Grade == "A" && judgement.Findings.Any(finding => finding.Level == FindingLevel.Unexamined && !IsPolicys(finding)))
            verdict = verdict with { Grade = "B", Sentence = $"{verdict.Sentence} Not everything could be looked at." };
        if (judgement.Findings.Any(finding => finding.Check == PrivateKeyCheck.Id && finding.Level == FindingLevel.Failure))
        {
            verdict = verdict with
            {
                Sentence = $"{verdict.Sentence} A private key lies in a file, and whoever copies that can pose as the server.",
            };
        }
        return judgement with { Verdict = verdict };
    }

    private static bool IsPolicys(Finding finding) => finding.Check.StartsWith(ProfileJudge.IdPrefix, StringComparison.Ordinal);
}
