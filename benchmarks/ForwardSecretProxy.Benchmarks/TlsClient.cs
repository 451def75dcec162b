using System.Net.Security;
using System.Net.Sockets;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>
/// The client of every benchmark: <see cref="SslStream"/>, whoever serves, so that its share is the same in each.
/// </summary>
internal sealed class TlsClient : IDisposable
{
    private TlsClient(SslStream stream, int serverFlightLength)
    {
        Stream = stream;
        ServerFlightLength = serverFlightLength;
    }

    public SslStream Stream { get; }

    /// <summary>The bytes that the server had sent when the client was done with its handshake.</summary>
    public int ServerFlightLength { get; }

    public static async Task<TlsClient> ConnectAsync(Socket socket, SslClientAuthenticationOptions options)
    {
        var wire = new CountingStream(new NetworkStream(socket, ownsSocket: true));
        var stream = new SslStream(wire);
        try
        {
            await stream.AuthenticateAsClientAsync(options);
            return new TlsClient(stream, wire.BytesRead);
        }
        catch
        {
            // The server must not wait for a client that has given up.
            await stream.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => Stream.Dispose();
}
