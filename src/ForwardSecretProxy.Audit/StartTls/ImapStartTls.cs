using System.Text;

namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>IMAP until STARTTLS: greeting, then one tagged command (RFC 9051 sections 6.2.1 and 7.1).</summary>
internal sealed class ImapStartTls : LineDialogue
{
    private static readonly byte[] StartTls = "a STARTTLS\r\n"u8.ToArray();

    private bool _isGreeted;

    /// <inheritdoc/>
    private protected override void Restart() => _isGreeted = false;

    /// <inheritdoc/>
    private protected override StartTlsStep TakeLine(ReadOnlySpan<byte> line)
    {
        if (!_isGreeted)
        {
            // PREAUTH has no way to TLS any more, BYE is a refusal.
            if (!Is(line, "* OK"u8))
                return line is [(byte)'*', (byte)' ', ..] ? Refuse(line) : Break("it does not greet as IMAP does", line);
            _isGreeted = true;
            return Send(StartTls);
        }

        if (line is [(byte)'*', (byte)' ', ..])
            return Is(line, "* BYE"u8) ? Refuse(line) : StartTlsStep.More;
        if (Is(line, "a OK"u8))
            return StartTlsStep.Ready;
        return Is(line, "a NO"u8) || Is(line, "a BAD"u8) ? Refuse(line) : Break("it does not answer as IMAP does", line);
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> start) =>
        line.Length >= start.Length && Ascii.EqualsIgnoreCase(line[..start.Length], start)
        && (line.Length == start.Length || line[start.Length] == ' ');
}
