using System.Text;
using static ForwardSecretProxy.Mail.MailLine;

namespace ForwardSecretProxy.Mail;

/// <summary>
/// SMTP before TLS, for submission: EHLO, NOOP, STARTTLS and QUIT are answered, and all else is told that STARTTLS comes
/// first (RFC 3207 section 4).
/// </summary>
/// <param name="hostName">Who greets.</param>
internal sealed class SmtpPlaintext(string hostName) : PlaintextDialogue
{
    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Greeting { get; } = Encoding.ASCII.GetBytes($"220 {hostName} ESMTP\r\n");

    /// <inheritdoc/>
    protected override PlaintextStep TakeLine(ReadOnlySpan<byte> line)
    {
        var verb = Word(line, out var arguments);
        if (Is(verb, "STARTTLS"u8))
            return arguments.IsEmpty ? StartTls("220 2.0.0 Ready to start TLS\r\n") : Refuse("501 5.5.4 STARTTLS takes no parameters\r\n");
        if (Is(verb, "EHLO"u8))
            return arguments.IsEmpty ? Refuse("501 5.5.4 EHLO needs a host name\r\n") : Answer($"250-{hostName}\r\n250-ENHANCEDSTATUSCODES\r\n250 STARTTLS\r\n");
        if (Is(verb, "NOOP"u8))
            return Answer("250 2.0.0 OK\r\n");
        return Is(verb, "QUIT"u8) ? Close("221 2.0.0 Bye\r\n") : RefusePlaintext("530 5.7.0 Must issue a STARTTLS command first\r\n");
    }

    /// <inheritdoc/>
    protected override PlaintextStep Fault(ReadOnlySpan<byte> line, string reason) => Refuse($"500 5.5.2 Syntax error: {reason}\r\n");

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Farewell(string reason) => Encoding.ASCII.GetBytes($"421 4.7.0 {hostName} closes: {reason}\r\n");
}
