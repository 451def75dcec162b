using System.Text;
using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.HaProxy;

/// <summary>A line of words ("Quoting and escaping" in HAProxy's configuration manual, section 2.2).</summary>
internal sealed record HaProxyLine(IReadOnlyList<string> Words, SourceLocation Location)
{
    /// <summary>What stands first.</summary>
    public string Keyword => Words[0];

    /// <summary>The words of a line, without comments; null when there are none.</summary>
    public static HaProxyLine? Parse(SourceLine line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (text, quote, isWord) = (line.Text, '\0', false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
                (_, isWord) = (word.Append(text[++i]), true);
            else if (quote != '\0')
                quote = c == quote ? '\0' : Append(c);
            else if (c is '"' or '\'')
                (quote, isWord) = (c, true);
            else if (c == '#')
                break;
            else if (!char.IsWhiteSpace(c))
                (_, isWord) = (word.Append(c), true);
            else if (isWord)
                End();
        }
        if (isWord) End();
        return words.Count == 0 ? null : new HaProxyLine(words, line.Location);

        char Append(char c)
        {
            word.Append(c);
            return quote;
        }

        void End()
        {
            words.Add(word.ToString());
            word.Clear();
            isWord = false;
        }
    }
}
