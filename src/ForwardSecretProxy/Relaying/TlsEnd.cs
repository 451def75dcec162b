using System.Runtime.CompilerServices;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Relaying;

/// <summary>A client after its handshake.</summary>
internal sealed class TlsEnd(TlsConnection connection) : IRelayEnd
{
    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        connection.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        if (!await connection.WriteAsync(buffer)) throw new IOException("The client has gone.");
    }

    /// <inheritdoc/>
    public ValueTask EndAsync() => connection.ShutdownAsync();

    /// <inheritdoc/>
    public void Abort() => connection.Abort();
}
