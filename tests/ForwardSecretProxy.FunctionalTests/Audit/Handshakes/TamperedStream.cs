using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.FunctionalTests.Audit.Handshakes;

/// <summary>What a server sends, with one byte changed, or ended at one byte.</summary>
/// <param name="inner">The connection.</param>
/// <param name="at">Which byte of all that are read.</param>
/// <param name="cut">Whether it ends there, or is changed there.</param>
internal sealed class TamperedStream(Stream inner, int at, bool cut) : AsyncStream
{
    private readonly List<byte> _read = [];

    /// <summary>What was read so far.</summary>
    public IReadOnlyList<byte> Seen => _read;

    private int Count => _read.Count;

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
    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
