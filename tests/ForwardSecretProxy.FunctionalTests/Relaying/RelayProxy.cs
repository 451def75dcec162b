using System.Globalization;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>A proxy, with a fixture's certificates, whose listeners relay.</summary>
internal sealed class RelayProxy(ProxyFixture proxy) : IAsyncDisposable
{
    private readonly ProxyConfiguration _configuration = proxy.NewConfiguration(proxy.BackendUrl);
    private readonly int _adminPort = FreePort.Next();
    private FspProcess? _process;

    /// <summary>What it has for itself.</summary>
    public TemporaryDirectory Directory { get; } = new();

    /// <summary>The process.</summary>
    public FspProcess Process => _process!;

    /// <summary>Sets a value by its path.</summary>
    public RelayProxy With(string path, JsonNode value)
    {
        _configuration.With(path, value);
        return this;
    }

    /// <summary>Adds a listener on a free port of 127.0.0.1, and returns the port.</summary>
    public int Listen(string name, string protocol, JsonNode? backend, params (string Key, JsonNode Value)[] keys)
    {
        var port = FreePort.Next();
        With($"Listeners:{name}:Address", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"));
        With($"Listeners:{name}:Protocol", protocol);
        if (backend is not null) With($"Listeners:{name}:Backend", backend);
        foreach (var (key, value) in keys) With($"Listeners:{name}:{key}", value);
        return port;
    }

    /// <summary>Takes out a listener.</summary>
    public void Remove(string name) => _configuration.Without("Listeners:" + name);

    /// <summary>Starts it, with an admin listener, and waits until it listens.</summary>
    public async Task StartAsync()
    {
        With("Admin:Address", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_adminPort}"));
        _process = await FspProcess.ServeAsync(
            _configuration.WriteTo(Directory), _configuration.Port, proxy.Token.Environment);
    }

    /// <summary>What a listener's metric says; 0 for one that is not there.</summary>
    /// <param name="name">The metric's, as Prometheus knows it.</param>
    /// <param name="listener">The listener's name.</param>
    /// <param name="label">A further label, as it is written.</param>
    public async Task<long> ReadMetricAsync(string name, string listener, string label = "")
    {
        using var client = new HttpClient();
        var metrics = await client.GetStringAsync(new Uri($"http://127.0.0.1:{_adminPort}/metrics"));
        return metrics.Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal)
                && line.Contains($"fsp_listener=\"{listener}\"", StringComparison.Ordinal)
                && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until a listener's metric says so, 20 s at most.</summary>
    public async Task WaitForMetricAsync(string name, string listener, long value)
    {
        var end = DateTime.UtcNow.AddSeconds(20);
        for (long seen; (seen = await ReadMetricAsync(name, listener)) != value; await Task.Delay(20))
            Assert.True(DateTime.UtcNow < end, $"{name} of {listener} goes on with {seen}.");
    }

    /// <summary>Writes the configuration as it is now, and has it read again.</summary>
    public async Task ReloadAsync()
    {
        _configuration.WriteTo(Directory);
        Assert.True(await Process.ReloadAsync(), string.Join('\n', Process.Lines));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        Directory.Dispose();
    }
}
