using ForwardSecretProxy.Audit.Configurations.Files;

namespace ForwardSecretProxy.Audit.Configurations.Postfix;

/// <summary>Logical lines of main.cf and master.cf: one that begins with white space continues the one before (postconf(5)).</summary>
internal static class PostfixLines
{
    /// <summary>The logical lines, each where it begins.</summary>
    public static IEnumerable<SourceLine> Join(IReadOnlyList<SourceLine> lines)
    {
        SourceLine? begun = null;
        var parts = new List<string>();
        foreach (var line in lines)
        {
            var text = line.Text.Trim();
            if (text.Length == 0 || text[0] == '#') continue;
            if (begun is null || !char.IsWhiteSpace(line.Text[0]))
            {
                if (begun is { } ended) yield return ended with { Text = string.Join(' ', parts) };
                begun = line;
                parts.Clear();
            }
            parts.Add(text);
        }
        if (begun is { } last) yield return last with { Text = string.Join(' ', parts) };
    }
}
