using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>nginx behind the proxy; it answers with what it received, as JSON.</summary>
internal sealed class NginxBackend : IAsyncDisposable
{
    private NginxServer? _nginx;

    /// <summary>Speaks HTTP/1.1.</summary>
    public int Http1Port { get; } = FreePort.Next();

    /// <summary>Speaks HTTP/2 without TLS.</summary>
    public int Http2Port { get; } = FreePort.Next();

    /// <summary>Starts it.</summary>
    public static async Task<NginxBackend> StartAsync()
    {
        var backend = new NginxBackend();
        backend._nginx = await NginxServer.StartAsync(backend.Configuration());
        return backend;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _nginx!.DisposeAsync();

    private string Configuration() => string.Create(CultureInfo.InvariantCulture, $$"""
        server {
          listen 127.0.0.1:{{Http1Port}};
          listen 127.0.0.1:{{Http2Port}} http2;
          location / {
            default_type application/json;
            return 200 '{"Method":"$request_method","Target":"$request_uri","Protocol":"$server_protocol","Headers":{"host":"$http_host","x-forwarded-for":"$http_x_forwarded_for","x-forwarded-proto":"$http_x_forwarded_proto","x-forwarded-host":"$http_x_forwarded_host"},"Body":""}';
          }
        }
        """);
}
