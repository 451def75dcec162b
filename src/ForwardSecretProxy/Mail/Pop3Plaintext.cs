using System.Text;
using static ForwardSecretProxy.Mail.MailLine;

namespace ForwardSecretProxy.Mail;

/// <summary>POP3 before TLS: CAPA, STLS and QUIT (RFC 2595 section 4, RFC 2449 section 5).</summary>
internal sealed class Pop3Plaintext : PlaintextDialogue
{
    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Greeting { get; } = "+OK ready\r\n"u8.ToArray();

    /// <inheritdoc/>
    protected override PlaintextStep TakeLine(ReadOnlySpan<byte> line)
    {
        var verb = Word(line, out var arguments);
        if (Is(verb, "STLS"u8))
            return arguments.IsEmpty ? StartTls("+OK begin TLS now\r\n") : Refuse("-ERR STLS takes no arguments\r\n");
        if (Is(verb, "CAPA"u8))
            return arguments.IsEmpty ? Answer("+OK\r\nSTLS\r\n.\r\n") : Refuse("-ERR CAPA takes no arguments\r\n");
        return Is(verb, "QUIT"u8) ? Close("+OK bye\r\n") : RefusePlaintext("-ERR STLS comes first\r\n");
    }

    /// <inheritdoc/>
    protected override PlaintextStep Fault(ReadOnlySpan<byte> line, string reason) => Refuse($"-ERR {reason}\r\n");

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Farewell(string reason) => Encoding.ASCII.GetBytes($"-ERR {reason}\r\n");
}
