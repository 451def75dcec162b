using System.Text;
using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Postfix;

/// <summary>The parameters of one service: its own (<c>-o</c> in master.cf), main.cf's, and Postfix's defaults.</summary>
internal sealed class PostfixParameters(
    IReadOnlyDictionary<string, Setting<string>> own, IReadOnlyDictionary<string, Setting<string>> main, SourceFiles files)
{
    private const int DeepestExpansion = 16;
    private const int LongestValue = 16 * 1024;
    private const int MostReferences = 1_000;

    private int _references;

    /// <summary>The value with other parameters' put in, and where it is set.</summary>
    public Setting<string> Get(string name)
    {
        var setting = Raw(name);
        var text = new StringBuilder();
        _references = 0;
        if (!Expand(setting.Value, text, 0))
            files.Miss(setting.Location ?? new SourceLocation("main.cf", 0),
                $"the value of {name} cannot be resolved; it was read as far as it could be");
        return setting with { Value = text.ToString().Trim() };
    }

    /// <summary>Whether it says yes.</summary>
    public bool IsYes(string name) => Get(name).Value.Equals("yes", StringComparison.OrdinalIgnoreCase);

    /// <summary>The words of a list, parted by white space or commas.</summary>
    public string[] List(string name) =>
        Get(name).Value.Split([' ', '\t', ',', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private Setting<string> Raw(string name) =>
        own.TryGetValue(name, out var set) || main.TryGetValue(name, out set) ? set : PostfixDefaults.Get(name);

    // $name, $(name), ${name}, ${name?text}, ${name:text}. Values may refer to each other in a circle, or grow without end.
    private bool Expand(string value, StringBuilder into, int depth)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (into.Length > LongestValue || depth > DeepestExpansion) return false;
            if (value[i] != '$' || i + 1 >= value.Length)
            {
                into.Append(value[i]);
                continue;
            }
            if (value[i + 1] == '$')
            {
                into.Append(value[++i]);
                continue;
            }
            var isBraced = value[i + 1] is '{' or '(';
            var end = isBraced ? Closing(value, i + 1) : EndOfName(value, i + 1);
            if (end < 0 || end == i + 1) return false;
            var name = isBraced ? value[(i + 2)..end] : value[(i + 1)..end];
            if (!ExpandName(name, into, depth + 1)) return false;
            i = isBraced ? end : end - 1;
        }
        return true;
    }

    private bool ExpandName(string expression, StringBuilder into, int depth)
    {
        var end = EndOfName(expression, 0);
        var name = expression[..end];
        if (end == 0 || ++_references > MostReferences) return false;
        if (end == expression.Length) return Expand(Raw(name).Value, into, depth);
        var isSet = Raw(name).Value.Length > 0;
        var text = expression[(end + 1)..];
        return expression[end] switch
        {
            '?' => !isSet || Expand(text, into, depth),
            ':' => isSet || Expand(text, into, depth),
            _ => false,
        };
    }

    private static int EndOfName(string text, int begin)
    {
        while (begin < text.Length && (char.IsAsciiLetterOrDigit(text[begin]) || text[begin] == '_')) begin++;
        return begin;
    }

    private static int Closing(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            depth += text[i] is '{' or '(' ? 1 : text[i] is '}' or ')' ? -1 : 0;
            if (depth == 0) return i;
        }
        return -1;
    }
}
