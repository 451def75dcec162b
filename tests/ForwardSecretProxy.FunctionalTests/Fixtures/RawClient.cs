using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using ForwardSecretProxy.FunctionalTests.OpenSsl;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A TLS connection over which a test says what it likes, byte by byte.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private RawClient(SslStream stream) => Stream = stream;

    /// <summary>The plaintext.</summary>
    public SslStream Stream { get; }

    /// <summary>Connects and shakes hands.</summary>
    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="protocol">The one protocol that is offered.</param>
    /// <param name="from">The address to come from, in 127.0.0.0/8.</param>
    public static async Task<RawClient> ConnectAsync(int port, SslApplicationProtocol protocol, string from = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var options = EngineServer.ClientOptions();
        options.TargetHost = ProxyFixture.DefaultName;
        options.ApplicationProtocols = [protocol];
        await stream.AuthenticateAsClientAsync(options).WaitAsync(Patience);
        return new RawClient(stream);
    }

    /// <summary>Sends bytes that are written as Latin-1; whether the server still wants them is its affair.</summary>
    public async Task SendAsync(string bytes)
    {
        try
        {
            await Stream.WriteAsync(Encoding.Latin1.GetBytes(bytes)).AsTask().WaitAsync(Patience);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Says that nothing more will come.</summary>
    public async Task FinishAsync()
    {
        try
        {
            await Stream.ShutdownAsync().WaitAsync(Patience);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Everything the server says until it closes the connection.</summary>
    /// <exception cref="TimeoutException">It does not close it.</exception>
    public async Task<string> ReadToEndAsync()
    {
        var received = new MemoryStream();
        try
        {
            await Stream.CopyToAsync(received).WaitAsync(Patience);
        }
        catch (IOException)
        {
            // Cut off instead of closed.
        }

        return Encoding.Latin1.GetString(received.ToArray());
    }

    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
