using System.Globalization;
using System.Net;
using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>One request for <c>/</c>, inside a connection of our own.</summary>
internal static class HttpProbe
{
    private const int UsualPort = 443;

    /// <summary>Asks.</summary>
    /// <param name="handshaker">The way to the server.</param>
    /// <param name="offer">What the server takes.</param>
    /// <param name="host">For the Host header: the name that was asked for.</param>
    /// <param name="port">The server's.</param>
    /// <param name="protocol">What ALPN shall agree on: <c>http/1.1</c> or <c>h2</c>; null for no ALPN.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task<Probed<HttpObservation?>> RunAsync(
        Handshaker handshaker, HandshakeOffer offer, string host, int port, string? protocol, CancellationToken stop)
    {
        await using var outcome = await handshaker.ConnectAsync(
            offer with { ApplicationProtocols = protocol is null ? [] : [protocol] }, stop);
        if (!outcome.IsComplete)
            return Unknown(outcome.Reason);
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, _) => ValueTask.FromResult(outcome.Connection.OpenStream()),
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxConnectionsPerServer = 1,
        };
        using var client = new HttpClient(handler) { Timeout = handshaker.Timeout };
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://server.invalid/")
        {
            Version = protocol == "h2" ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        // The URL is only for the client's own books: TLS is ours, and it shall not try its own.
        request.Headers.Host = Authority(host, port);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            var policy = response.Headers.TryGetValues("Strict-Transport-Security", out var values) ? values.FirstOrDefault() : null;
            return new(new HttpObservation((int)response.StatusCode, policy), []);
        }
        catch (HttpRequestException)
        {
            return Unknown("the server's answer could not be read as HTTP");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Unknown("the server did not answer in time");
        }
    }

    private static Probed<HttpObservation?> Unknown(string reason) =>
        new(null, [$"What the server says in HTTP is not known, because {reason}."]);

    private static string Authority(string host, int port)
    {
        var name = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        return port == UsualPort ? name : string.Create(CultureInfo.InvariantCulture, $"{name}:{port}");
    }
}
