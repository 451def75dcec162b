using System.Buffers;
using System.Text;
using static ForwardSecretProxy.Mail.MailLine;

namespace ForwardSecretProxy.Mail;

/// <summary>POP3 until somebody has logged in (RFC 1939, RFC 2449, RFC 5034), one command at a time.</summary>
/// <param name="hidesGreeting">Whether the client has been greeted before.</param>
internal sealed class Pop3Filter(bool hidesGreeting) : MailFilter
{
    private bool _isGreeted;
    private bool _opensUp;
    private bool _hasLines;
    private bool _isInLines;

    /// <inheritdoc/>
    protected override CommandStep TakeCommand(ReadOnlySpan<byte> line)
    {
        var verb = Word(Content(line), out var arguments);
        if (Is(verb, "STLS"u8)) return Answer("-ERR TLS is active already\r\n");
        // As in SMTP: a proxy's word about its client (Dovecot's).
        if (Is(verb, "XCLIENT"u8)) return Answer("-ERR not for clients\r\n");
        var isAuth = Is(verb, "AUTH"u8);
        _opensUp = Is(verb, "PASS"u8) || Is(verb, "APOP"u8) || (isAuth && !arguments.IsEmpty);
        // Without an argument these are answered with a list (RFC 6856 section 3; AUTH by custom).
        _hasLines = Is(verb, "CAPA"u8) || (arguments.IsEmpty && (isAuth || Is(verb, "LANG"u8)));
        return new CommandStep(CommandAction.Forward);
    }

    /// <inheritdoc/>
    public override ReplyStep OnReply(ReadOnlySpan<byte> line, IBufferWriter<byte> toClient)
    {
        if (_isInLines) return TakeListed(line, toClient);
        var isGood = Begins(line, "+OK"u8);
        if (!_isGreeted) return Greet(line, isGood, toClient);
        toClient.Write(line);
        if (!isGood && line is [(byte)'+', ..]) return new(ReplyKind.Continue);
        _isInLines = isGood && _hasLines;
        IsOpaque |= isGood && _opensUp;
        return new(_isInLines ? ReplyKind.More : ReplyKind.Completed);
    }

    /// <inheritdoc/>
    protected override string Syntax(ReadOnlySpan<byte> line, string reason) => $"-ERR {reason}\r\n";

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Farewell(string reason) => Encoding.ASCII.GetBytes($"-ERR {reason}\r\n");

    private ReplyStep Greet(ReadOnlySpan<byte> line, bool isGood, IBufferWriter<byte> toClient)
    {
        if (!isGood && (hidesGreeting || !Begins(line, "-ERR"u8))) return new(ReplyKind.Broken);
        _isGreeted = true;
        if (!hidesGreeting) toClient.Write(line);
        return new(ReplyKind.Completed);
    }

    private ReplyStep TakeListed(ReadOnlySpan<byte> line, IBufferWriter<byte> toClient)
    {
        var content = Content(line);
        if (!Is(content, "STLS"u8)) toClient.Write(line);
        _isInLines = !content.SequenceEqual("."u8);
        return new(_isInLines ? ReplyKind.More : ReplyKind.Completed);
    }
}
