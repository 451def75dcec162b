using System.Text;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>The page about all checks, made from what they say of themselves.</summary>
public static class CheckReference
{
    /// <summary>The page in Markdown.</summary>
    /// <param name="sections">Its parts, each with a title and the checks in it.</param>
    public static string ToMarkdown(params IEnumerable<(string Title, IEnumerable<CheckDescription> Checks)> sections)
    {
        var page = new StringBuilder()
            .Append("# Checks of `fsp audit`\n\n")
            .Append("What each check looks for, why it matters, where that is laid down, and what to change. This page is made from the checks\n")
            .Append("themselves, and a test holds it equal. [The audit](audit.md) says what comes of their findings.\n");
        foreach (var (title, checks) in sections)
        {
            page.Append($"\n## {title}\n");
            foreach (var check in checks)
                Write(page, check);
        }

        return page.ToString();
    }

    private static void Write(StringBuilder page, CheckDescription check)
    {
        page.Append($"\n### {check.Title}\n\n`{check.Id}`\n\n{check.Why}\n");
        if (check.References.Count > 0)
            page.Append($"\nReferences: {string.Join("; ", check.References)}.\n");
        if (check.Mends.Count == 0)
            return;
        page.Append("\n| server | mend |\n| --- | --- |\n");
        foreach (var (software, mend) in check.Mends)
            page.Append($"| {software} | {mend.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
    }
}
