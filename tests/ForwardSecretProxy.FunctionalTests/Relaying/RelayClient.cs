using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using ForwardSecretProxy.FunctionalTests.Clients;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.FunctionalTests.OpenSsl;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>Clients of a relay, and what tests do with either end of one.</summary>
internal static class RelayClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Connects to a port of 127.0.0.1 and shakes hands.</summary>
    public static async Task<SslStream> ConnectAsync(
        int port, string from = "127.0.0.1", Action<SslClientAuthenticationOptions>? change = null) =>
        await ShakeHandsAsync(new NetworkStream(await FrontFixture.ConnectAsync(port, from), ownsSocket: true), change);

    /// <summary>Shakes hands on a connection.</summary>
    public static async Task<SslStream> ShakeHandsAsync(Stream connection, Action<SslClientAuthenticationOptions>? change = null)
    {
        var client = new SslStream(connection);
        var options = EngineServer.ClientOptions();
        options.TargetHost = ProxyFixture.DefaultName;
        change?.Invoke(options);
        try
        {
            await client.AuthenticateAsClientAsync(options).WaitAsync(Patience);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Says something.</summary>
    public static Task SayAsync(this Stream stream, string text) =>
        stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask().WaitAsync(Patience);

    /// <summary>Reads exactly what is expected.</summary>
    public static async Task HearAsync(this Stream stream, string expected)
    {
        var bytes = new byte[Encoding.Latin1.GetByteCount(expected)];
        var count = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false).AsTask().WaitAsync(Patience);
        Assert.Equal(expected, Encoding.Latin1.GetString(bytes, 0, count));
    }

    /// <summary>Reads until the other side has ended its stream.</summary>
    public static async Task<string> HearAllAsync(this Stream stream)
    {
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes).WaitAsync(Patience);
        return Encoding.Latin1.GetString(bytes.ToArray());
    }

    /// <summary>Waits until the other side has ended its stream, or cut the connection, with nothing more to say.</summary>
    public static async Task HearTheEndAsync(this Stream stream)
    {
        try
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
        }
        catch (IOException)
        {
            // Cut off instead of ended.
        }
    }

    /// <summary>Ends the outgoing stream of a plain connection.</summary>
    public static void Finish(this NetworkStream stream) => stream.Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes a plain connection with a reset; the stream itself would end before that.</summary>
    public static void Reset(this NetworkStream stream) => stream.Socket.Close(0);

    /// <summary>Whether a stream's two ends hear each other.</summary>
    public static async Task AssertRelayedAsync(Stream client, Stream backend)
    {
        await client.SayAsync("ping");
        await backend.HearAsync("ping");
        await backend.SayAsync("pong");
        await client.HearAsync("pong");
    }

    /// <summary>The options of a client that asks for a server name.</summary>
    public static Action<SslClientAuthenticationOptions> Asking(string name) => options => options.TargetHost = name;

    /// <summary>The options of a client that offers application protocols.</summary>
    public static Action<SslClientAuthenticationOptions> Offering(params string[] protocols) => options =>
        options.ApplicationProtocols = [.. protocols.Select(protocol => new SslApplicationProtocol(protocol))];
}
