using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// A connection as it was accepted: counted, and nothing is read or written. Somebody takes it over, once:
/// <see cref="TlsServer.TryAccept"/>, <see cref="PolledSocket.Accept"/> or <see cref="Close"/>.
/// </summary>
public readonly struct AcceptedSocket
{
    internal AcceptedSocket(int fd, ConnectionLimit limit)
    {
        Fd = fd;
        Limit = limit;
    }

    internal int Fd { get; }

    internal ConnectionLimit Limit { get; }

    /// <summary>Closes it without a word.</summary>
    public void Close()
    {
        _ = LibC.close(Fd);
        Limit.Leave();
    }
}
