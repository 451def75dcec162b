using System.Text;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>The page about all checks, made from what they say of themselves.</summary>
public static class CheckReference
{
    /// <summary>The page in Markdown.</summary>
    public static string ToMarkdown(IEnumerable<IEndpointCheck> checks)
    {
        var page = new StringBuilder()
            .Append("# Checks of `fsp audit endpoint`\n\n")
            .Append("What each check looks for, why it matters, where that is laid down, and what to change. This page is made from the checks\n")
            .Append("themselves, and a test holds it equal.\n");
        foreach (var check in checks.Select(check => check.Description))
        {
            page.Append($"\n## {check.Title}\n\n`{check.Id}`\n\n{check.Why}\n\nReferences: {string.Join("; ", check.References)}.\n");
            if (check.Mends.Count == 0)
                continue;
            page.Append("\n| server | mend |\n| --- | --- |\n");
            foreach (var (software, mend) in check.Mends)
                page.Append($"| {software} | {mend.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        return page.ToString();
    }
}
