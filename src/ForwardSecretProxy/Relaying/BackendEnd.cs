using System.Net.Security;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Relaying;

/// <summary>A connection to a backend, in TLS or not.</summary>
/// <param name="stream">What is said on it; disposed with this.</param>
/// <param name="socket">What it is said over.</param>
/// <param name="backend">Whose connection it is, and counted with.</param>
internal sealed class BackendEnd(Stream stream, PolledSocket socket, RelayBackend backend) : IRelayEnd, IDisposable
{
    private int _ended;
    private int _disposed;

    /// <summary>Whose connection it is.</summary>
    public RelayBackend Backend => backend;

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        stream.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer) => stream.WriteAsync(buffer);

    /// <inheritdoc/>
    public async ValueTask EndAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        if (stream is SslStream tls) await tls.ShutdownAsync();
        socket.Shutdown();
    }

    /// <inheritdoc/>
    public void Abort() => socket.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        stream.Dispose();
        backend.Leave();
    }
}
