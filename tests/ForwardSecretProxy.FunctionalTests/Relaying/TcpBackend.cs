using System.Net;
using System.Net.Sockets;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>
/// A service that does what a test does: connections wait in the kernel's queue until the test takes them.
/// </summary>
internal sealed class TcpBackend : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _listener;

    /// <summary>Listens on a free port of 127.0.0.1, or where it is told.</summary>
    public TcpBackend(EndPoint? address = null)
    {
        address ??= new IPEndPoint(IPAddress.Loopback, 0);
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(address);
        _listener.Listen(512);
    }

    /// <summary>As it stands in the configuration.</summary>
    public string Address => _listener.LocalEndPoint is UnixDomainSocketEndPoint path
        ? $"unix:{path}" : _listener.LocalEndPoint!.ToString()!;

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Whether somebody has connected and was not taken yet.</summary>
    public bool HasConnection => _listener.Poll(0, SelectMode.SelectRead);

    /// <summary>The next connection.</summary>
    public async Task<NetworkStream> AcceptAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return new NetworkStream(await _listener.AcceptAsync(patience.Token), ownsSocket: true);
    }

    /// <summary>Gives back to everybody what it says, until this is disposed.</summary>
    public async Task EchoAsync()
    {
        try
        {
            while (true) _ = EchoAsync(await _listener.AcceptAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was disposed.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static async Task EchoAsync(Socket socket)
    {
        await using var connection = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await connection.CopyToAsync(connection);
        }
        catch (IOException)
        {
            // The other side went away.
        }
    }
}
