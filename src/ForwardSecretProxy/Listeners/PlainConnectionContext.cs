using ForwardSecretProxy.Clients;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Sockets;
using Microsoft.AspNetCore.Connections;

namespace ForwardSecretProxy.Listeners;

/// <summary>A connection without TLS. That it lacks the TLS features is how it is told from the others.</summary>
internal sealed class PlainConnectionContext : ClientConnectionContext
{
    private readonly PolledSocket _socket;

    internal PlainConnectionContext(PolledSocket socket, ServedClient client, ListenerOptions listener)
        : base(new SocketStream(socket), client, listener)
    {
        _socket = socket;
        LocalEndPoint = socket.LocalEndPoint;
    }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        _socket.Dispose();
        FireClosed();
    }

    /// <inheritdoc/>
    protected override ValueTask CloseAsync()
    {
        _socket.Shutdown();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class SocketStream(PolledSocket socket) : AsyncStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            socket.ReadAsync(buffer, cancellationToken);

        // As of TlsStream: to a client that has gone nothing is said.
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                await socket.WriteAsync(buffer, cancellationToken);
            }
            catch (IOException)
            {
                // Kestrel reads the end of the connection.
            }
        }
    }
}
