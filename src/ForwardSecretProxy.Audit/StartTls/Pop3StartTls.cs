namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>POP3 until STLS: greeting, then one command (RFC 2595 section 4; answers as in RFC 1939 section 3).</summary>
internal sealed class Pop3StartTls : LineDialogue
{
    private static readonly byte[] StartTls = "STLS\r\n"u8.ToArray();

    private bool _isGreeted;

    /// <inheritdoc/>
    private protected override void Restart() => _isGreeted = false;

    /// <inheritdoc/>
    private protected override StartTlsStep TakeLine(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("-ERR"u8))
            return Refuse(line);
        if (!line.StartsWith("+OK"u8) || line.Length > 3 && line[3] != ' ')
            return Break("it does not answer as POP3 does", line);
        if (_isGreeted)
            return StartTlsStep.Ready;

        _isGreeted = true;
        return Send(StartTls);
    }
}
