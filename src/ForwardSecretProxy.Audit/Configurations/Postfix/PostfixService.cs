using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Postfix;

/// <summary>A line of master.cf that runs smtpd, with the parameters that it sets for itself.</summary>
internal sealed record PostfixService(string Name, SourceLocation Location, IReadOnlyDictionary<string, Setting<string>> Own)
{
    private const int Command = 7;

    /// <summary>The service of a logical line; null when it does not run smtpd (master(5)).</summary>
    public static PostfixService? Parse(string text, SourceLocation location)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length <= Command || Path.GetFileName(words[Command]) != "smtpd") return null;

        var own = new Dictionary<string, Setting<string>>(StringComparer.Ordinal);
        for (var i = Command + 1; i < words.Length; i++)
        {
            if (!words[i].StartsWith("-o", StringComparison.Ordinal)) continue;
            var assignment = words[i].Length > 2 ? words[i][2..] : words.ElementAtOrDefault(++i) ?? "";
            // { name = value with spaces }, since 3.0.
            if (assignment.StartsWith('{'))
            {
                var end = Array.FindIndex(words, i, word => word.EndsWith('}'));
                if (end < 0) break;
                assignment = string.Join(' ', words[i..(end + 1)]).Trim('{', '}');
                i = end;
            }
            if (assignment.Split('=', 2) is [var name, var value])
                own[name.Trim()] = new Setting<string>(value.Trim(), location);
        }
        return new PostfixService($"smtpd on {words[0]} ({words[1]})", location, own);
    }
}
