using System.Buffers;
using System.Globalization;
using System.Text;

namespace ForwardSecretProxy.Mail;

/// <summary>Looks at single lines of the mail protocols. A line comes with its end.</summary>
internal static class MailLine
{
    private static readonly SearchValues<byte> InNames =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    /// <summary>
    /// Why a line cannot be taken for a command; null when it can. A line ends in CRLF, and has neither a CR nor an LF nor a
    /// NUL in it (RFC 5321 section 2.3.8, RFC 9051 section 9: CHAR8, RFC 1939 section 3): where one side sees one line and
    /// the other two, somebody can hide commands.
    /// </summary>
    public static string? Fault(ReadOnlySpan<byte> line)
    {
        if (line is not [.. var content, (byte)'\r', (byte)'\n']) return "lines end in CR and LF";
        return content.IndexOfAny((byte)'\r', (byte)'\n', (byte)0) is var at and >= 0
            ? content[at] == 0 ? "a command has no NUL in it" : "a command has no CR or LF in it"
            : null;
    }

    /// <summary>
    /// Whether the word can be the name of a command. Some servers skip blanks before it, or take a form feed or a vertical tab
    /// behind it for one: what they take for a command would be something else here.
    /// </summary>
    public static bool IsName(ReadOnlySpan<byte> word) => !word.IsEmpty && !word.ContainsAnyExcept(InNames);

    /// <summary>The line without its end.</summary>
    public static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> line) => line.TrimEnd("\r\n"u8);

    /// <summary>The first word, and what stands behind the spaces after it.</summary>
    public static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        var end = text.IndexOfAny((byte)' ', (byte)'\t');
        rest = end < 0 ? default : text[end..].TrimStart(" \t"u8);
        return end < 0 ? text : text[..end];
    }

    /// <summary>Whether the two are the same but for the case of ASCII letters.</summary>
    public static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> other) => Ascii.EqualsIgnoreCase(word, other);

    /// <summary>Whether the line begins with the word, and the word ends there.</summary>
    public static bool Begins(ReadOnlySpan<byte> line, ReadOnlySpan<byte> word) =>
        line.Length >= word.Length && Is(line[..word.Length], word)
        && (line.Length == word.Length || line[word.Length] is (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'(');

    /// <summary>
    /// A literal's announcement at the end of a line: <c>{12}</c>, which waits for the other side to say go on, or
    /// <c>{12+}</c>, which does not (RFC 9051 section 4.3, RFC 7888).
    /// </summary>
    public static MailLiteral Literal(ReadOnlySpan<byte> line)
    {
        const int mostDigits = 10;
        if (Content(line) is not [.. var text, (byte)'}']) return default;
        var isBound = text is [.., (byte)'+'];
        if (isBound) text = text[..^1];
        var digits = text[(text.LastIndexOf((byte)'{') + 1)..];
        if (digits.Length == text.Length || digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return default;
        return digits.Length <= mostDigits && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? new MailLiteral(isBound ? MailLiteralKind.Bound : MailLiteralKind.Waiting, size)
            : new MailLiteral(MailLiteralKind.TooLong, 0);
    }
}

/// <summary>What a line says of the bytes behind it.</summary>
/// <param name="Kind">Whether there are some.</param>
/// <param name="Size">How many.</param>
internal readonly record struct MailLiteral(MailLiteralKind Kind, long Size);

/// <summary>The kinds of literals.</summary>
internal enum MailLiteralKind
{
    /// <summary>None: the line is the end of the command.</summary>
    None,

    /// <summary>It comes when the other side has said so.</summary>
    Waiting,

    /// <summary>It follows at once.</summary>
    Bound,

    /// <summary>It is longer than anything that can be meant.</summary>
    TooLong,
}
