using System.Buffers;
using System.Text;
using static ForwardSecretProxy.Mail.MailLine;

namespace ForwardSecretProxy.Mail;

/// <summary>IMAP until somebody has logged in (RFC 9051, RFC 3501), one command at a time.</summary>
/// <param name="hidesGreeting">Whether the client has been greeted before.</param>
internal sealed class ImapFilter(bool hidesGreeting) : MailFilter
{
    private bool _isGreeted;
    private bool _isInLine;
    private bool _endsWithLine;
    private bool _opensUp;
    private bool _isChallenged;
    private byte[] _tag = [];

    /// <inheritdoc/>
    /// <remarks>RFC 9051 section 6.2.2: an answer to a challenge is base64, and announces nothing.</remarks>
    protected override MailLiteral LiteralOf(ReadOnlySpan<byte> line) => _isChallenged ? default : Literal(line);

    /// <inheritdoc/>
    protected override string? NameFault(ReadOnlySpan<byte> content) =>
        ImapTag.Read(content, out var command) is null ? "a command begins with a tag" : base.NameFault(command);

    /// <inheritdoc/>
    protected override CommandStep TakeCommand(ReadOnlySpan<byte> line)
    {
        var tag = ImapTag.Read(Content(line), out var command)!;
        var verb = Word(command, out _);
        var literal = Literal(line);
        if (Is(verb, "STARTTLS"u8))
            return literal.Kind == MailLiteralKind.None ? Answer($"{tag} BAD TLS is active already\r\n") : Close("STARTTLS takes no arguments");

        _isChallenged = Is(verb, "AUTHENTICATE"u8);
        if (_isChallenged && literal.Kind != MailLiteralKind.None) return Close("AUTHENTICATE takes no literal");
        _tag = Encoding.ASCII.GetBytes(tag);
        // After a login, or once the stream is compressed (RFC 4978), nothing here could read it, nor has to.
        _opensUp = _isChallenged || Is(verb, "LOGIN"u8) || Is(verb, "COMPRESS"u8);
        return WithLiteral(literal);
    }

    /// <inheritdoc/>
    public override ReplyStep OnReply(ReadOnlySpan<byte> line, IBufferWriter<byte> toClient)
    {
        var isHidden = !_isGreeted && hidesGreeting;
        if (_isInLine)
        {
            toClient.Write(line);
        }
        else
        {
            if (!_isGreeted && !TakeGreeting(line)) return new(ReplyKind.Broken);
            if (Begins(line, "+"u8))
            {
                toClient.Write(line);
                return new(ReplyKind.Continue);
            }

            TakeTag(line);
            if (!isHidden) ImapCapabilities.WriteWithoutStartTls(line, toClient);
        }

        var literal = Literal(line);
        if (literal.Kind == MailLiteralKind.TooLong) return new(ReplyKind.Broken);
        _isInLine = literal.Kind != MailLiteralKind.None;
        if (_isInLine) return isHidden ? new(ReplyKind.Broken) : new(ReplyKind.More, literal.Size);
        if (!_endsWithLine) return new(ReplyKind.More);
        _endsWithLine = false;
        return new(ReplyKind.Completed);
    }

    /// <inheritdoc/>
    protected override string Syntax(ReadOnlySpan<byte> line, string reason) =>
        $"{ImapTag.Read(Content(line), out _) ?? "*"} BAD {reason}\r\n";

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Farewell(string reason) => Encoding.ASCII.GetBytes($"* BYE {reason}\r\n");

    /// <summary>RFC 9051 section 7.1.4; false for what is no greeting that can be passed on.</summary>
    private bool TakeGreeting(ReadOnlySpan<byte> line)
    {
        var isPreauthenticated = Begins(line, "* PREAUTH"u8);
        if (!Begins(line, "* OK"u8) && !isPreauthenticated && !Begins(line, "* BYE"u8)) return false;
        // A client that was greeted by us believes that nobody is logged in.
        if (hidesGreeting && !Begins(line, "* OK"u8)) return false;
        _isGreeted = _endsWithLine = true;
        IsOpaque = isPreauthenticated;
        return true;
    }

    private void TakeTag(ReadOnlySpan<byte> line)
    {
        if (_tag.Length == 0 || !line.StartsWith(_tag) || line.Length <= _tag.Length || line[_tag.Length] != ' ') return;
        _endsWithLine = true;
        IsOpaque |= _opensUp && Begins(line[(_tag.Length + 1)..], "OK"u8);
        _tag = [];
    }
}
