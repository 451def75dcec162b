using System.Buffers;
using System.Globalization;
using System.Text;
using static ForwardSecretProxy.Mail.MailLine;

namespace ForwardSecretProxy.Mail;

/// <summary>
/// SMTP (RFC 5321). Commands of which the next need not wait for the reply may come in groups (RFC 2920, RFC 3030); all others
/// are passed on one at a time, so that a reply can be told whose it is.
/// </summary>
/// <param name="isClear">Whether there is no TLS yet: then STARTTLS is offered, and logins are not (RFC 3207, RFC 4954).</param>
/// <param name="hidesGreeting">Whether the client has been greeted before.</param>
internal sealed class SmtpFilter(bool isClear, bool hidesGreeting) : MailFilter
{
    private const int Ready = 220;
    private const int Done = 250;
    private const int Challenge = 334;
    private const int GoAhead = 354;
    private const int CodeLength = 3;

    private Stage _stage = Stage.Greeting;
    private int _code;
    private byte[] _held = [];
    private bool _takesChunks;

    private enum Stage
    {
        Greeting,
        Hello,
        Login,
        Data,
        Other,
    }

    /// <inheritdoc/>
    public override bool IsGrouped(ReadOnlySpan<byte> line)
    {
        var verb = Word(Content(line), out _);
        return Is(verb, "MAIL"u8) || Is(verb, "RCPT"u8) || Is(verb, "RSET"u8) || Is(verb, "NOOP"u8) || Is(verb, "BDAT"u8);
    }

    /// <inheritdoc/>
    protected override CommandStep TakeCommand(ReadOnlySpan<byte> line)
    {
        var verb = Word(Content(line), out var arguments);
        if (Is(verb, "STARTTLS"u8)) return StartTls(arguments);
        // They are a proxy's word about its client (Postfix's XCLIENT): a client has no say in that.
        if (Is(verb, "XCLIENT"u8) || Is(verb, "XFORWARD"u8)) return Answer("502 5.5.1 Not for clients\r\n");
        if (Is(verb, "AUTH"u8) && isClear)
            return Answer("538 5.7.11 Encryption is required: STARTTLS comes first\r\n") with { NeedsTls = true };

        _stage = Stage.Other;
        if (Is(verb, "BDAT"u8)) return Chunk(arguments);
        _stage = Is(verb, "EHLO"u8) ? Stage.Hello : Is(verb, "AUTH"u8) ? Stage.Login : Is(verb, "DATA"u8) ? Stage.Data : Stage.Other;
        if (_stage == Stage.Hello) _takesChunks = false;
        return new CommandStep(CommandAction.Forward);
    }

    /// <inheritdoc/>
    public override ReplyStep OnReply(ReadOnlySpan<byte> line, IBufferWriter<byte> toClient)
    {
        if (!TryReadCode(line, out var code) || (_code != 0 && code != _code)) return new(ReplyKind.Broken);
        var isLast = line[3] != '-';
        _code = isLast ? 0 : code;
        switch (_stage)
        {
            case Stage.Greeting when hidesGreeting:
                return isLast && code != Ready ? new(ReplyKind.Broken) : Completed(isLast);
            case Stage.Hello when code == Done:
                WriteExtension(line, isLast, toClient);
                return Completed(isLast);
            default:
                toClient.Write(line);
                return isLast && code / 100 == 3 ? Intermediate(code) : Completed(isLast);
        }
    }

    /// <inheritdoc/>
    protected override string Syntax(ReadOnlySpan<byte> line, string reason) => $"500 5.5.2 Syntax error: {reason}\r\n";

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Farewell(string reason) => Encoding.ASCII.GetBytes($"421 4.3.0 Closing: {reason}\r\n");

    private CommandStep StartTls(ReadOnlySpan<byte> arguments)
    {
        if (!isClear) return Answer("503 5.5.1 TLS is active already\r\n");
        return arguments.IsEmpty
            ? Answer("220 2.0.0 Ready to start TLS\r\n") with { Action = CommandAction.StartTls }
            : Answer("501 5.5.4 STARTTLS takes no parameters\r\n");
    }

    /// <summary>
    /// RFC 3030 section 2: the bytes follow the command, whatever the reply will be. A server that has no such command takes them
    /// for commands, and among those could be what clients have no say in.
    /// </summary>
    private CommandStep Chunk(ReadOnlySpan<byte> arguments)
    {
        const int mostDigits = 18;
        if (!_takesChunks) return Close("the server has not offered CHUNKING");
        var size = Word(arguments, out _);
        return size.Length is > 0 and <= mostDigits && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? new CommandStep(CommandAction.Forward) { Literal = new MailLiteral(MailLiteralKind.Bound, bytes) }
            : Close("the size of BDAT is no number");
    }

    private ReplyStep Intermediate(int code) => (_stage, code) switch
    {
        (Stage.Data, GoAhead) => new(ReplyKind.Message),
        (Stage.Login, Challenge) => new(ReplyKind.Continue),
        // Whatever it wants to be sent, nobody here knows where that ends.
        _ => new(ReplyKind.Broken),
    };

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> line) =>
        Content(line) is { Length: > CodeLength } content ? content[(CodeLength + 1)..] : default;

    private static ReplyStep Completed(bool isLast) => new(isLast ? ReplyKind.Completed : ReplyKind.More);

    /// <summary>
    /// A line of the reply to EHLO (RFC 5321 section 4.1.1.1). One is held back, because the last one is written differently,
    /// and may be one that is left out.
    /// </summary>
    private void WriteExtension(ReadOnlySpan<byte> line, bool isLast, IBufferWriter<byte> toClient)
    {
        var keyword = Word(Text(line), out _);
        if (_held.Length == 0 || !IsHidden(keyword))
        {
            Release(toClient, isLast: false);
            _held = line.ToArray();
        }

        _takesChunks |= Is(keyword, "CHUNKING"u8);

        if (!isLast) return;
        Release(toClient, isLast: !isClear);
        if (isClear) toClient.Write("250 STARTTLS\r\n"u8);
    }

    private void Release(IBufferWriter<byte> toClient, bool isLast)
    {
        if (_held.Length == 0) return;
        // It may be nothing but the code, and end in what it likes (RFC 5321 section 4.2).
        toClient.Write(_held.AsSpan(0, CodeLength));
        toClient.Write(isLast ? " "u8 : "-"u8);
        toClient.Write(Text(_held));
        toClient.Write("\r\n"u8);
        _held = [];
    }

    private bool IsHidden(ReadOnlySpan<byte> keyword) =>
        Is(keyword, "STARTTLS"u8) || Is(keyword, "XCLIENT"u8) || Is(keyword, "XFORWARD"u8)
        // "AUTH=LOGIN" is what some old servers add.
        || (isClear && (Is(keyword, "AUTH"u8) || keyword.StartsWith("AUTH="u8)));

    /// <summary>RFC 5321 section 4.2: three digits, then a hyphen if more lines follow.</summary>
    private static bool TryReadCode(ReadOnlySpan<byte> line, out int code)
    {
        code = 0;
        if (line.Length < 4 || line[3] is not ((byte)' ' or (byte)'-' or (byte)'\r' or (byte)'\n')) return false;
        return int.TryParse(line[..3], NumberStyles.None, CultureInfo.InvariantCulture, out code) && code is >= 200 and < 600;
    }
}
