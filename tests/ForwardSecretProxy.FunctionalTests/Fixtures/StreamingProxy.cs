using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A proxy in front of a <see cref="StreamingBackend"/>, which it reaches in three ways: what comes to <c>/h1/...</c> in
/// HTTP/1.1, to <c>/h2c/...</c> in HTTP/2 without TLS, to <c>/h2/...</c> in HTTP/2 over TLS. gRPC goes by h2c, or by TLS
/// with the header <c>x-way: h2</c>.
/// </summary>
public sealed class StreamingProxy(ProxyFixture proxy) : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    internal ProxyFixture Proxy { get; } = proxy;

    internal StreamingBackend Backend { get; private set; } = null!;

    internal FspProcess Process { get; private set; } = null!;

    internal int Port { get; private set; }

    internal string Url => string.Create(CultureInfo.InvariantCulture, $"https://{ProxyFixture.DefaultName}:{Port}");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Backend = await StreamingBackend.StartAsync(Proxy.Authority);
        var configuration = Proxy.NewConfiguration("http://127.0.0.1:1")
            .With("ReverseProxy:Routes", JsonNode.Parse("""
                {
                  "h1": { "ClusterId": "h1", "Match": { "Path": "/h1/{**rest}" }, "Transforms": [ { "PathRemovePrefix": "/h1" } ] },
                  "h2c": { "ClusterId": "h2c", "Match": { "Path": "/h2c/{**rest}" }, "Transforms": [ { "PathRemovePrefix": "/h2c" } ] },
                  "h2": { "ClusterId": "h2", "Match": { "Path": "/h2/{**rest}" }, "Transforms": [ { "PathRemovePrefix": "/h2" } ] },
                  "grpc": { "ClusterId": "h2c", "Match": { "Path": "/fsp.test.Numbers/{**rest}" } },
                  "grpc-tls": {
                    "ClusterId": "h2", "Order": -1,
                    "Match": { "Path": "/fsp.test.Numbers/{**rest}", "Headers": [ { "Name": "x-way", "Values": [ "h2" ] } ] }
                  }
                }
                """)!)
            .With("ReverseProxy:Clusters", new JsonObject
            {
                ["h1"] = Cluster($"http://127.0.0.1:{Backend.Http1Port}", "1.1"),
                ["h2c"] = Cluster($"http://127.0.0.1:{Backend.Http2Port}", "2"),
                ["h2"] = Cluster($"https://localhost:{Backend.TlsPort}", "2"),
            })
            .With("Backends:h2:CaFile", Proxy.RootPath);
        Port = configuration.Port;
        Process = await FspProcess.ServeAsync(configuration.WriteTo(_directory), Port, Proxy.Token.Environment);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Process is not null)
            await Process.DisposeAsync();
        if (Backend is not null)
            await Backend.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    /// <summary>An HTTP client that trusts the proxy and finds it.</summary>
    internal SocketsHttpHandler NewHandler() => new()
    {
        ConnectCallback = ConnectToLoopbackAsync,
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Proxy.Authority.TrustOnlyThis() },
        EnableMultipleHttp2Connections = true,
    };

    private static JsonObject Cluster(string address, string version) => new()
    {
        ["Destinations"] = new JsonObject { ["one"] = new JsonObject { ["Address"] = address } },
        ["HttpRequest"] = new JsonObject { ["Version"] = version, ["VersionPolicy"] = "RequestVersionExact" },
    };

    private static async ValueTask<Stream> ConnectToLoopbackAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
