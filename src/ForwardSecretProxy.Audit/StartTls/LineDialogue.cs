namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>A dialogue in lines.</summary>
internal abstract class LineDialogue : StartTlsDialogue
{
    /// <summary>SMTP's limit is 512 (RFC 5321 section 4.5.3.1.5); IMAP servers greet with long capability lists.</summary>
    private const int LongestLine = 2048;

    private const int MostLines = 128;

    private readonly LineBuffer _lines = new(LongestLine);
    private int _count;

    /// <inheritdoc/>
    private protected sealed override StartTlsStep Start()
    {
        _lines.Reset();
        _count = 0;
        Restart();
        return StartTlsStep.More;
    }

    /// <inheritdoc/>
    private protected override StartTlsStep TakeNext(ref ReadOnlySpan<byte> data)
    {
        if (!_lines.TryTake(ref data, out var line))
            return _lines.IsTooLong ? Break("it sends a line that is too long") : StartTlsStep.More;
        return ++_count > MostLines ? Break("it sends no end of lines") : TakeLine(line);
    }

    /// <summary>Takes one line of the server's.</summary>
    private protected abstract StartTlsStep TakeLine(ReadOnlySpan<byte> line);

    /// <summary>Puts the protocol's own state back to the greeting.</summary>
    private protected abstract void Restart();
}
