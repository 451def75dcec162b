using System.Text;
using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Nginx;

/// <summary>A word of a configuration, or one of <c>{</c>, <c>}</c> and <c>;</c>, which a quoted word never is.</summary>
internal readonly record struct NginxToken(string Text, bool IsMark, SourceLocation Location);

/// <summary>Cuts a file into words as nginx does (ngx_conf_read_token): quotes, backslashes, comments, <c>${variables}</c>.</summary>
internal static class NginxTokenizer
{
    private const string Marks = "{};";

    /// <summary>nginx itself takes no longer ones (its buffer, NGX_CONF_BUFFER).</summary>
    private const int LongestWord = 4096;

    /// <summary>All words and marks.</summary>
    public static IEnumerable<NginxToken> Read(IReadOnlyList<SourceLine> lines)
    {
        var word = new StringBuilder();
        SourceLocation? begin = null;
        var quote = '\0';
        var depthOfLua = 0;
        var isLua = false;
        foreach (var (text, location) in lines)
        {
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                if (depthOfLua > 0)
                {
                    // A Lua block of OpenResty: another language, to be passed over up to its own closing brace.
                    depthOfLua += c == '{' ? 1 : c == '}' ? -1 : 0;
                    if (depthOfLua == 0) yield return new NginxToken("}", true, location);
                    continue;
                }
                if (quote != '\0')
                {
                    if (c == '\\' && i + 1 < text.Length) word.Append(text[++i]);
                    else if (c != quote) word.Append(c);
                    else quote = '\0';
                    continue;
                }
                if (begin is null && c is '"' or '\'')
                {
                    begin ??= location;
                    quote = c;
                    continue;
                }
                // "${" begins a variable inside of a word and ends no word.
                var isVariable = c == '{' && word.Length > 0 && word[^1] == '$';
                var isMark = Marks.Contains(c, StringComparison.Ordinal) && !isVariable && !IsInVariable(word, c);
                if (isMark || char.IsWhiteSpace(c) || (c == '#' && begin is null))
                {
                    if (begin is not null)
                    {
                        isLua = word.ToString().EndsWith("_by_lua_block", StringComparison.Ordinal) || (isLua && !isMark);
                        yield return new NginxToken(word.ToString(), false, begin);
                        word.Clear();
                        begin = null;
                    }
                    if (c == '#') break;
                    if (!isMark) continue;
                    yield return new NginxToken(c.ToString(), true, location);
                    if (c == '{' && isLua) depthOfLua = 1;
                    isLua = false;
                    continue;
                }
                begin ??= location;
                if (c == '\\' && i + 1 < text.Length) word.Append(c).Append(text[++i]);
                else word.Append(c);
            }

            if (quote != '\0') word.Append('\n');
            else if (begin is not null)
            {
                yield return new NginxToken(word.ToString(), false, begin);
                word.Clear();
                begin = null;
            }
        }
        if (begin is not null) yield return new NginxToken(word.ToString(), false, begin);
    }

    private static bool IsInVariable(StringBuilder word, char c)
    {
        if (c != '}' || word.Length is 0 or > LongestWord) return false;
        var text = word.ToString();
        return text.LastIndexOf("${", StringComparison.Ordinal) > text.LastIndexOf('}');
    }
}
