using System.Globalization;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Requests;

/// <summary>A proxy with small limits in front of a Kestrel service.</summary>
public sealed class LimitedProxy(ProxyFixture proxy) : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    internal KestrelBackend Backend { get; private set; } = null!;

    internal FspProcess Process { get; private set; } = null!;

    internal int Port { get; private set; }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Backend = await KestrelBackend.StartAsync();
        (Process, Port) = await ServeAsync($"http://127.0.0.1:{Backend.Http1Port}");
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Process.DisposeAsync();
        await Backend.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    /// <summary>Another one with the same limits in front of another service.</summary>
    internal async Task<(FspProcess Process, int Port)> ServeAsync(string upstream, JsonObject? httpRequest = null)
    {
        var configuration = proxy.NewConfiguration(upstream)
            .With("Limits:RequestHeadersTimeout", "1s")
            .With("Limits:MaxRequestLineBytes", 1024)
            .With("Limits:MaxRequestHeadersBytes", 8192)
            .With("Limits:MaxRequestHeaders", 50)
            .With("Limits:MinRequestBodyRate", 10_000)
            .With("Limits:MinResponseRate", 10_000_000)
            .With("Limits:RateGracePeriod", "2s");
        if (httpRequest is not null)
            configuration.With("ReverseProxy:Clusters:service:HttpRequest", httpRequest);
        var path = configuration.WriteTo(_directory, string.Create(CultureInfo.InvariantCulture, $"{configuration.Port}.json"));
        return (await FspProcess.ServeAsync(path, configuration.Port, proxy.Token.Environment), configuration.Port);
    }
}
