using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>nginx with TLS behind the proxy; it answers with the subject of the client certificate it was shown.</summary>
internal sealed class NginxTlsBackend : IAsyncDisposable
{
    private NginxServer? _nginx;

    /// <summary>Where it listens.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>Starts it; with <paramref name="clientCa"/> it lets nobody in without a certificate of that authority.</summary>
    public static async Task<NginxTlsBackend> StartAsync((string Certificate, string Key) identity, string? clientCa = null)
    {
        var backend = new NginxTlsBackend();
        var clients = clientCa is null ? "" : $"ssl_verify_client on; ssl_client_certificate {clientCa};";
        backend._nginx = await NginxServer.StartAsync(string.Create(CultureInfo.InvariantCulture, $$"""
            server {
              listen 127.0.0.1:{{backend.Port}} ssl http2;
              ssl_protocols TLSv1.2 TLSv1.3;
              ssl_certificate {{identity.Certificate}};
              ssl_certificate_key {{identity.Key}};
              {{clients}}
              location / { return 200 "$server_protocol $ssl_protocol client=$ssl_client_s_dn"; }
            }
            """));
        return backend;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _nginx!.DisposeAsync();
}
