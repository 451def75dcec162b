using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Relaying;

/// <summary>A client before its handshake, if there will be one.</summary>
internal sealed class PlainEnd(PolledSocket socket) : IRelayEnd
{
    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        socket.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer) => socket.WriteAsync(buffer, CancellationToken.None);

    /// <inheritdoc/>
    public ValueTask EndAsync()
    {
        socket.Shutdown();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Abort() => socket.Dispose();
}
