using System.Runtime.CompilerServices;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Listeners;

/// <summary>A connection's plaintext as a stream, for the pipes that Kestrel reads and writes.</summary>
internal sealed class TlsStream(TlsConnection connection) : AsyncStream
{
    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        connection.ReadAsync(buffer, cancellationToken);

    /// <summary>
    /// Writes. What is said to a client that has gone is dropped: Kestrel hears of that by the connection's token, and takes
    /// a flush that fails for a fault of its transport.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _ = await connection.WriteAsync(buffer, cancellationToken);
}
