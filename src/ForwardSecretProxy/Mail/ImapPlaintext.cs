using System.Text;
using static ForwardSecretProxy.Mail.MailLine;

namespace ForwardSecretProxy.Mail;

/// <summary>
/// IMAP before TLS: CAPABILITY, NOOP, STARTTLS and LOGOUT (RFC 9051 sections 6.1 and 6.2.1); LOGINDISABLED keeps well-behaved
/// clients from sending a password, and whoever sends one all the same is refused.
/// </summary>
internal sealed class ImapPlaintext : PlaintextDialogue
{
    private const string Capabilities = "CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED";

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Greeting { get; } = Encoding.ASCII.GetBytes($"* OK [{Capabilities}] ready\r\n");

    /// <inheritdoc/>
    protected override PlaintextStep TakeLine(ReadOnlySpan<byte> line)
    {
        if (ImapTag.Read(line, out var command) is not { } tag) return Refuse("* BAD a command begins with a tag\r\n");
        var verb = Word(command, out var arguments);
        var isLogin = Is(verb, "LOGIN"u8) || Is(verb, "AUTHENTICATE"u8);
        // Its bytes are in our way already, or will be: they must not be read as commands.
        if (Literal(line).Kind is MailLiteralKind.Bound or MailLiteralKind.TooLong)
            return Close($"{tag} BAD no literals before TLS\r\n* BYE closing\r\n") with { NeedsTls = isLogin };
        if (isLogin) return RefusePlaintext($"{tag} NO [PRIVACYREQUIRED] STARTTLS comes first\r\n");
        if (!arguments.IsEmpty) return Refuse($"{tag} BAD STARTTLS comes first\r\n");
        if (Is(verb, "STARTTLS"u8)) return StartTls($"{tag} OK begin TLS now\r\n");
        if (Is(verb, "CAPABILITY"u8)) return Answer($"* {Capabilities}\r\n{tag} OK done\r\n");
        if (Is(verb, "NOOP"u8)) return Answer($"{tag} OK done\r\n");
        return Is(verb, "LOGOUT"u8)
            ? Close($"* BYE closing\r\n{tag} OK done\r\n")
            : RefusePlaintext($"{tag} BAD STARTTLS comes first\r\n");
    }

    /// <inheritdoc/>
    protected override PlaintextStep Fault(ReadOnlySpan<byte> line, string reason) =>
        Refuse($"{ImapTag.Read(Content(line), out _) ?? "*"} BAD {reason}\r\n");

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Farewell(string reason) => Encoding.ASCII.GetBytes($"* BYE {reason}\r\n");
}
