using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Routing;

/// <summary>A connection to a backend as a stream, for the HTTP client.</summary>
/// <param name="socket">The connection; it is closed with the stream.</param>
/// <param name="limit">What counts it as long as it is open.</param>
internal sealed class BackendStream(PolledSocket socket, BackendLimit limit) : AsyncStream
{
    private int _disposed;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        socket.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        socket.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            socket.Dispose();
            limit.Leave();
        }

        base.Dispose(disposing);
    }
}
