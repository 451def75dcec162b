using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ForwardSecretProxy.Admin;

/// <summary>Asks the admin listener of a running proxy, on a port or over its Unix socket.</summary>
internal sealed class AdminClient : IDisposable
{
    private const int MaxAnswerBytes = 4 * 1024 * 1024;

    private readonly HttpClient _http;

    /// <summary>Connects when asked for something.</summary>
    public AdminClient(EndPoint address)
    {
        var reachable = Reachable(address);
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            ConnectCallback = (_, cancellationToken) => ConnectAsync(reachable, cancellationToken),
        })
        {
            // Over a Unix socket any name leads there, and this one is let in.
            BaseAddress = new Uri(reachable is IPEndPoint ip ? $"http://{ip}" : "http://localhost"),
            Timeout = TimeSpan.FromSeconds(10),
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
    }

    /// <summary>The status; null when what answers is not the admin listener of this version.</summary>
    /// <exception cref="HttpRequestException">Nobody answers.</exception>
    /// <exception cref="OperationCanceledException">Nobody answers in time.</exception>
    public async Task<StatusDocument?> ReadStatusAsync(CancellationToken cancellationToken)
    {
        var answer = await _http.GetByteArrayAsync(new Uri("/status", UriKind.Relative), cancellationToken);
        try
        {
            return JsonSerializer.Deserialize<StatusDocument>(answer, StatusJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // A server that listens on every address is asked on this machine's own.
    private static EndPoint Reachable(EndPoint address) => address switch
    {
        IPEndPoint ip when ip.Address.Equals(IPAddress.Any) => new IPEndPoint(IPAddress.Loopback, ip.Port),
        IPEndPoint ip when ip.Address.Equals(IPAddress.IPv6Any) => new IPEndPoint(IPAddress.IPv6Loopback, ip.Port),
        _ => address,
    };

    private static async ValueTask<Stream> ConnectAsync(EndPoint address, CancellationToken cancellationToken)
    {
        var isUnix = address is UnixDomainSocketEndPoint;
        var socket = new Socket(
            address.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
