using System.Buffers;
using static ForwardSecretProxy.Mail.MailLine;

namespace ForwardSecretProxy.Mail;

/// <summary>
/// The capabilities in an IMAP server's line: <c>* CAPABILITY ...</c>, or <c>[CAPABILITY ...]</c> at the beginning of a status
/// response (RFC 9051 sections 7.2.2 and 7.1).
/// </summary>
internal static class ImapCapabilities
{
    private static ReadOnlySpan<byte> Hidden => "STARTTLS"u8;

    /// <summary>Copies the line, but for STARTTLS among its capabilities.</summary>
    public static void WriteWithoutStartTls(ReadOnlySpan<byte> line, IBufferWriter<byte> to)
    {
        var (start, end) = Find(line);
        to.Write(line[..start]);
        for (var rest = line[start..end]; !rest.IsEmpty;)
        {
            // A space and the word behind it.
            var length = rest[1..].IndexOf((byte)' ') is var at and >= 0 ? at + 1 : rest.Length;
            if (!Is(rest[1..length], Hidden)) to.Write(rest[..length]);
            rest = rest[length..];
        }

        to.Write(line[end..]);
    }

    /// <summary>From the space before the first capability to the end of the last; nothing where there are none.</summary>
    private static (int Start, int End) Find(ReadOnlySpan<byte> line)
    {
        const int length = 10;
        var content = Content(line);
        // The tag or the asterisk, then CAPABILITY, or a status and its code.
        Word(content, out var response);
        if (Begins(response, "CAPABILITY"u8)) return Range(content, response[length..], content.Length);
        Word(response, out var code);
        if (code is not [(byte)'[', ..] || !Begins(code[1..], "CAPABILITY"u8)) return (0, 0);
        var list = code[(length + 1)..];
        var close = list.IndexOf((byte)']');
        return close < 0 ? (0, 0) : Range(content, list, content.Length - list.Length + close);
    }

    private static (int Start, int End) Range(ReadOnlySpan<byte> content, ReadOnlySpan<byte> list, int end) =>
        (Math.Min(content.Length - list.Length, end), end);
}
