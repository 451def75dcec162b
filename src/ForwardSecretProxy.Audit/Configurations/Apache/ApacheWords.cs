using System.Text;
using ForwardSecretProxy.Audit.Configurations.Files;

namespace ForwardSecretProxy.Audit.Configurations.Apache;

/// <summary>Lines and words as httpd takes them (ap_getword_conf, ap_cfg_getline).</summary>
internal static class ApacheWords
{
    /// <summary>The lines, with those that end in a backslash joined to the next, and without comments.</summary>
    public static IEnumerable<SourceLine> Join(IReadOnlyList<SourceLine> lines)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            var (text, location) = lines[i];
            var joined = new StringBuilder();
            while (text.EndsWith('\\') && i + 1 < lines.Count)
            {
                joined.Append(text.AsSpan(0, text.Length - 1));
                text = lines[++i].Text;
            }
            var whole = joined.Append(text).ToString().Trim();
            if (whole.Length > 0 && whole[0] != '#') yield return new SourceLine(whole, location);
        }
    }

    /// <summary>The words of a line.</summary>
    public static List<string> Split(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            var quote = text[at] is '"' or '\'' ? text[at++] : '\0';
            var word = new StringBuilder();
            for (; at < text.Length && (quote == '\0' ? !char.IsWhiteSpace(text[at]) : text[at] != quote); at++)
            {
                if (text[at] == '\\' && at + 1 < text.Length && (text[at + 1] == '\\' || text[at + 1] == quote)) at++;
                word.Append(text[at]);
            }
            if (quote != '\0') at++;
            words.Add(word.ToString());
        }
        return words;
    }
}
