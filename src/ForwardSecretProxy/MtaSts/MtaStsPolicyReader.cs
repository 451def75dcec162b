using System.Globalization;
using System.Text;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.MtaSts;

/// <summary>
/// Holds a policy file against the grammar of RFC 8461 section 3.2. Mail servers drop what they cannot read, and with it the
/// protection, and tell nobody.
/// </summary>
internal sealed class MtaStsPolicyReader
{
    /// <summary>Bytes of a file: what mail servers are told to stop at (RFC 8461 section 3.3).</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MaxProblems = 10;
    private const int MaxNameLength = 32;

    /// <summary>Digits of max_age, before its value is looked at.</summary>
    private const int MaxAgeDigits = 10;

    /// <summary>A year, in seconds.</summary>
    private const long MaxAge = 31_557_600;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<MtaStsProblem> _problems = [];
    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);
    private string _mode = "";

    private MtaStsPolicyReader()
    {
    }

    /// <summary>Everything that is wrong with <paramref name="policy"/>, in the order of its lines; the first ten of it.</summary>
    public static IReadOnlyList<MtaStsProblem> Check(ReadOnlySpan<byte> policy)
    {
        var reader = new MtaStsPolicyReader();
        reader.Read(policy);
        return [.. reader._problems.Take(MaxProblems)];
    }

    private void Read(ReadOnlySpan<byte> policy)
    {
        if (policy.Length > MaxBytes)
        {
            Report(0, $"it is larger than {MaxBytes / 1024} KiB", "Keep version, mode, mx and max_age.");
            return;
        }

        var line = 0;
        while (!policy.IsEmpty && _problems.Count < MaxProblems)
        {
            var end = policy.IndexOf((byte)'\n');
            var text = end < 0 ? policy : policy[..end];
            policy = end < 0 ? default : policy[(end + 1)..];
            ReadLine(++line, text is [.. var before, (byte)'\r'] && end >= 0 ? before : text);
        }

        if (_problems.Count < MaxProblems) RequireFields();
    }

    private void ReadLine(int line, ReadOnlySpan<byte> bytes)
    {
        if (Decode(bytes) is not { } text)
        {
            Report(line, "it is not UTF-8", "Save the file as plain text.");
        }
        else if (text.StartsWith('\uFEFF'))
        {
            Report(line, "it begins with a byte order mark", "Save the file as UTF-8 without one.");
        }
        else if (text.Contains('\r', StringComparison.Ordinal))
        {
            Report(line, "a carriage return stands alone", "End lines with a line feed, or with carriage return and line feed.");
        }
        else if (text.Any(each => each != '\t' && char.IsControl(each)))
        {
            Report(line, "it holds a control character", "Take it out.");
        }
        else if (text.Trim(' ', '\t').Length == 0)
        {
            Report(line, "it is empty", "Take the line out: a policy has no empty lines.");
        }
        else
        {
            ReadField(line, text);
        }
    }

    private static string? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private void ReadField(int line, string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        if (colon < 0 || !IsName(name))
        {
            Report(line, $"\"{Shorten(text)}\" is not a field", "Write a name, a colon and a value, as in \"mode: testing\".");
            return;
        }

        if (!_seen.TryAdd(name, line) && name != "mx")
        {
            Report(line, $"{name} stands a second time, after line {_seen[name].ToString(CultureInfo.InvariantCulture)}, and would be ignored",
                "Keep one of the two.");
            return;
        }

        ReadValue(line, name, text[(colon + 1)..].Trim(' ', '\t'));
    }

    private void ReadValue(int line, string name, string value)
    {
        switch (name)
        {
            case "version" when value != "STSv1":
                Report(line, $"version is \"{Shorten(value)}\"", "Write \"version: STSv1\".");
                break;
            case "version" when line > 1:
                Report(line, "version is not the first line, where readers look for it", "Move it up.", ConfigurationProblemSeverity.Warning);
                break;
            case "mode":
                _mode = value;
                if (value is not ("enforce" or "testing" or "none"))
                    Report(line, $"mode is \"{Shorten(value)}\"", "Write enforce, testing or none, in lower case.");
                break;
            case "max_age" when !IsAge(value):
                Report(line, $"max_age is \"{Shorten(value)}\"",
                    "Write seconds as a number from 0 to 31557600, for example \"max_age: 604800\" for a week.");
                break;
            case "mx" when !DnsName.IsValid(value.ToLowerInvariant()):
                Report(line, $"mx is \"{Shorten(value)}\"",
                    "Write a host name in ASCII (A-labels), without a dot at its end, or \"*.\" before one, as in \"mx: *.example.com\".");
                break;
            case var _ when value.Length == 0 || value.Contains('\t', StringComparison.Ordinal):
                Report(line, $"the value of {name} is empty or holds a tabulator", "Write a value, or take the line out.");
                break;
        }
    }

    private void RequireFields()
    {
        Require("version", "version: STSv1");
        Require("mode", "mode: testing");
        Require("max_age", "max_age: 604800");
        if (_mode != "none") Require("mx", "mx: mail.example.com");

        void Require(string name, string example)
        {
            if (!_seen.ContainsKey(name)) Report(0, $"there is no {name}", $"Add a line \"{example}\".");
        }
    }

    private void Report(
        int line, string message, string mend, ConfigurationProblemSeverity severity = ConfigurationProblemSeverity.Error) =>
        _problems.Add(new MtaStsProblem(line, message, mend) { Severity = severity });

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(each => char.IsAsciiLetterOrDigit(each) || each is '_' or '-' or '.');

    private static bool IsAge(string value) =>
        value.Length <= MaxAgeDigits
        && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds <= MaxAge;

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "...";
}
