using System.Net.Sockets;

namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>A connection that gives its place to the next when it is closed.</summary>
internal sealed class GatedStream(Socket socket, ConnectionGate gate) : NetworkStream(socket, ownsSocket: true)
{
    private int _isClosed;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (Interlocked.Exchange(ref _isClosed, 1) == 0) gate.Leave();
    }
}
