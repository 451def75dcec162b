using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>nginx with TLS behind the proxy; it answers with the subject of the client certificate it was shown.</summary>
internal sealed class NginxTlsBackend : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _process;

    /// <summary>Where it listens.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>Starts it; with <paramref name="clientCa"/> it lets nobody in without a certificate of that authority.</summary>
    public static async Task<NginxTlsBackend> StartAsync((string Certificate, string Key) identity, string? clientCa = null)
    {
        var backend = new NginxTlsBackend();
        var clients = clientCa is null ? "" : $"ssl_verify_client on; ssl_client_certificate {clientCa};";
        var configuration = backend._directory.Write("nginx.conf", string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off;
            pid {{backend._directory.File("nginx.pid")}};
            error_log stderr notice;
            events { }
            http {
              access_log off;
              client_body_temp_path {{backend._directory.File("body")}};
              proxy_temp_path {{backend._directory.File("proxy")}};
              fastcgi_temp_path {{backend._directory.File("fastcgi")}};
              uwsgi_temp_path {{backend._directory.File("uwsgi")}};
              scgi_temp_path {{backend._directory.File("scgi")}};
              server {
                listen 127.0.0.1:{{backend.Port}} ssl http2;
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_certificate {{identity.Certificate}};
                ssl_certificate_key {{identity.Key}};
                {{clients}}
                location / { return 200 "$server_protocol $ssl_protocol client=$ssl_client_s_dn"; }
              }
            }
            """));
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
}
