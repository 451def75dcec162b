using System.Net;
using System.Net.Sockets;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>A mail server whose words are the test's. Its connections are taken in the order in which they were made.</summary>
internal sealed class WireServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    /// <summary>Begins to listen.</summary>
    public WireServer() => _listener.Start();

    /// <summary>On 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether somebody has connected and was not taken.</summary>
    public bool IsWanted => _listener.Pending();

    /// <summary>The next connection.</summary>
    public async Task<Wire> AcceptAsync()
    {
        var socket = await _listener.AcceptSocketAsync().WaitAsync(Patience);
        socket.NoDelay = true;
        return new Wire(socket);
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
