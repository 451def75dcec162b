using System.Globalization;
using System.Net.Sockets;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>
/// Connected pairs of Unix stream sockets: the transport in memory that both libssl, which wants a descriptor of its
/// own, and <see cref="System.Net.Security.SslStream"/> can use, without the cost of TCP.
/// </summary>
internal sealed class SocketPairs : IDisposable
{
    private static int _last;

    private readonly Socket _listener = NewSocket();

    // The zero byte makes it a name that no file stands for (unix(7), abstract sockets).
    private readonly UnixDomainSocketEndPoint _name = new(string.Create(
        CultureInfo.InvariantCulture, $"\0fsp-benchmark-{Environment.ProcessId}-{Interlocked.Increment(ref _last)}"));

    public SocketPairs()
    {
        _listener.Bind(_name);
        _listener.Listen(1);
    }

    /// <summary>Connecting waits for nobody: the kernel does it as long as there is room in the backlog.</summary>
    public (Socket Client, Socket Server) Connect()
    {
        var client = NewSocket();
        client.Connect(_name);
        return (client, _listener.Accept());
    }

    public void Dispose() => _listener.Dispose();

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
