using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>nginx behind the proxy, with a directory of its own; it answers with what it received, as JSON.</summary>
internal sealed class NginxBackend : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _process;

    /// <summary>Speaks HTTP/1.1.</summary>
    public int Http1Port { get; } = FreePort.Next();

    /// <summary>Speaks HTTP/2 without TLS.</summary>
    public int Http2Port { get; } = FreePort.Next();

    /// <summary>Starts it.</summary>
    public static async Task<NginxBackend> StartAsync()
    {
        var backend = new NginxBackend();
        var configuration = backend._directory.Write("nginx.conf", backend.Configuration());
        backend._process = ServerProcess.Start("nginx", ["-e", "stderr", "-c", configuration]);
        await backend._process.WaitForLineAsync(
            line => line.Contains("start worker process", StringComparison.Ordinal));
        return backend;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process!.StopAsync();
        await _process.DisposeAsync();
        _directory.Dispose();
    }

    private string Configuration() => string.Create(CultureInfo.InvariantCulture, $$"""
        daemon off;
        worker_processes 1;
        pid {{_directory.File("nginx.pid")}};
        error_log stderr notice;
        events { }
        http {
          access_log off;
          client_body_temp_path {{_directory.File("body")}};
          proxy_temp_path {{_directory.File("proxy")}};
          fastcgi_temp_path {{_directory.File("fastcgi")}};
          uwsgi_temp_path {{_directory.File("uwsgi")}};
          scgi_temp_path {{_directory.File("scgi")}};
          server {
            listen 127.0.0.1:{{Http1Port}};
            listen 127.0.0.1:{{Http2Port}} http2;
            location / {
              default_type application/json;
              return 200 '{"Method":"$request_method","Target":"$request_uri","Protocol":"$server_protocol","Headers":{"host":"$http_host","x-forwarded-for":"$http_x_forwarded_for","x-forwarded-proto":"$http_x_forwarded_proto","x-forwarded-host":"$http_x_forwarded_host"},"Body":""}';
            }
          }
        }
        """);
}
