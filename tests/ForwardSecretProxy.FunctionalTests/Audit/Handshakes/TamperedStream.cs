namespace ForwardSecretProxy.FunctionalTests.Audit.Handshakes;

/// <summary>What a server sends, with one byte changed, or ended at one byte.</summary>
/// <param name="inner">The connection.</param>
/// <param name="at">Which byte of all that are read.</param>
/// <param name="cut">Whether it ends there, or is changed there.</param>
internal sealed class TamperedStream(Stream inner, int at, bool cut) : Stream
{
    private readonly List<byte> _read = [];

    /// <summary>What was read so far.</summary>
    public IReadOnlyList<byte> Seen => _read;

    private int Count => _read.Count;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cut)
            buffer = buffer[..Math.Min(buffer.Length, at - Count)];
        if (buffer.IsEmpty)
            return 0;
        var length = await inner.ReadAsync(buffer, cancellationToken);
        if (!cut && at >= Count && at < Count + length)
            buffer.Span[at - Count] ^= 0x15;
        _read.AddRange(buffer.Span[..length]);
        return length;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
