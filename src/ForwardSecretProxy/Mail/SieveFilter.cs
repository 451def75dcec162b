using System.Buffers;
using System.Text;
using static ForwardSecretProxy.Mail.MailLine;

namespace ForwardSecretProxy.Mail;

/// <summary>
/// ManageSieve until somebody has logged in (RFC 5804), one command at a time. The backend's greeting is passed on after
/// STARTTLS, too: it is the list of capabilities that the client has to get then (section 2.2).
/// </summary>
internal sealed class SieveFilter : MailFilter
{
    private bool _authenticates;
    private bool _isInLine;
    private bool _isLoggedIn;
    private ReplyKind _atEndOfLine;

    /// <inheritdoc/>
    /// <remarks>Section 4: a client's literal never waits; what a server makes of one that does is anybody's guess.</remarks>
    protected override MailLiteral LiteralOf(ReadOnlySpan<byte> line) =>
        Literal(line) is { Kind: MailLiteralKind.Waiting } literal ? literal with { Kind = MailLiteralKind.TooLong } : Literal(line);

    /// <inheritdoc/>
    protected override CommandStep TakeCommand(ReadOnlySpan<byte> line)
    {
        var verb = Word(Content(line), out _);
        var literal = LiteralOf(line);
        if (Is(verb, "STARTTLS"u8))
            return literal.Kind == MailLiteralKind.None ? Answer("NO \"TLS is active already\"\r\n") : Close("STARTTLS takes no arguments");
        // As in SMTP: a proxy's word about its client (Dovecot's).
        if (Is(verb, "XCLIENT"u8)) return literal.Kind == MailLiteralKind.None ? Answer("NO \"not for clients\"\r\n") : Close("XCLIENT is not for clients");
        _authenticates = Is(verb, "AUTHENTICATE"u8);
        return WithLiteral(literal);
    }

    /// <inheritdoc/>
    public override ReplyStep OnReply(ReadOnlySpan<byte> line, IBufferWriter<byte> toClient)
    {
        if (!_isInLine) _atEndOfLine = Kind(line);
        if (_isInLine || !Is(Content(line), "\"STARTTLS\""u8)) toClient.Write(line);
        var literal = Literal(line);
        if (literal.Kind == MailLiteralKind.TooLong) return new(ReplyKind.Broken);
        _isInLine = literal.Kind != MailLiteralKind.None;
        if (_isInLine) return new(ReplyKind.More, literal.Size);
        IsOpaque |= _isLoggedIn;
        return new(_atEndOfLine);
    }

    /// <inheritdoc/>
    protected override string Syntax(ReadOnlySpan<byte> line, string reason) => $"NO \"{reason}\"\r\n";

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Farewell(string reason) => Encoding.ASCII.GetBytes($"BYE \"{reason}\"\r\n");

    private ReplyKind Kind(ReadOnlySpan<byte> line)
    {
        var isGood = Begins(line, "OK"u8);
        if (isGood || Begins(line, "NO"u8) || Begins(line, "BYE"u8))
        {
            // What it says about that may be a literal, which belongs to it.
            _isLoggedIn = isGood && _authenticates;
            return ReplyKind.Completed;
        }

        // Section 2.1: a challenge is a string.
        return _authenticates && line is [(byte)'"' or (byte)'{', ..] ? ReplyKind.Continue : ReplyKind.More;
    }
}
