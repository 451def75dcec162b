using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Admin;

/// <summary>Asks the admin listener of a running proxy, on a port or over its Unix socket.</summary>
internal sealed class AdminClient : IDisposable
{
    private const int MaxAnswerBytes = 4 * 1024 * 1024;

    private readonly HttpClient _http;

    /// <summary>Connects when asked for something.</summary>
    /// <param name="address">Where the admin listener is.</param>
    /// <param name="timeout">The most an answer may take.</param>
    public AdminClient(EndPoint address, TimeSpan timeout)
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
            Timeout = timeout,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
    }

    /// <summary>The status; null when what answers is not the admin listener of this version.</summary>
    /// <exception cref="HttpRequestException">Nobody answers.</exception>
    /// <exception cref="OperationCanceledException">Nobody answers in time.</exception>
    public async Task<StatusDocument?> ReadStatusAsync(CancellationToken cancellationToken)
    {
        return Read<StatusDocument>(await _http.GetByteArrayAsync(new Uri("/status", UriKind.Relative), cancellationToken));
    }

    /// <summary>Has the configuration read again; null when what answers is not the admin listener of this version.</summary>
    /// <inheritdoc cref="ReadStatusAsync" path="/exception"/>
    public async Task<ReloadReport?> ReloadAsync(CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsync(
            new Uri(AdminEndpoints.Reload, UriKind.Relative), content: null, cancellationToken);
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Conflict))
            return null;
        return Read<ReloadReport>(await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static T? Read<T>(byte[] answer)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(answer, StatusJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

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
