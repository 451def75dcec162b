using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Signing;

/// <summary>A configuration of the fixture's proxy whose token is reached through the module that fails on demand.</summary>
internal sealed class FaultyProxy : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ProxyFixture _proxy;

    private FaultyProxy(ProxyFixture proxy, string module, Action<ProxyConfiguration>? change)
    {
        _proxy = proxy;
        Faults = new FaultControl(_directory.File("control"));
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("Tokens:main:Module", module)
            .With("Tokens:main:CallTimeout", "500ms")
            .With("Logging:LogLevel:Default", "Information")
            .With("Admin:Address", JsonValue.Create("unix:" + Socket)!);
        change?.Invoke(configuration);
        Port = configuration.Port;
        ConfigurationPath = configuration.WriteTo(_directory);
        Environment = new Dictionary<string, string?>(proxy.Token.Environment) { ["FAULTP11_CONTROL"] = Faults.Path };
    }

    /// <summary>Steers the module in every process that is started with <see cref="Environment"/>.</summary>
    public FaultControl Faults { get; }

    /// <summary>The configuration's file.</summary>
    public string ConfigurationPath { get; }

    /// <summary>Where the proxy listens.</summary>
    public int Port { get; }

    /// <summary>What makes a process see the token and its faults.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; }

    private string Socket => _directory.File("admin.sock");

    /// <summary>Writes the configuration.</summary>
    public static async Task<FaultyProxy> CreateAsync(ProxyFixture proxy, Action<ProxyConfiguration>? change = null) =>
        new(proxy, await FaultModule.PathAsync(), change);

    /// <summary>Runs a command with the token of the configuration.</summary>
    public Task<ProcessResult> RunAsync(params string[] command) =>
        FspProcess.RunAsync([.. command, "--config", ConfigurationPath], environment: Environment);

    /// <summary>Serves.</summary>
    public Task<FspProcess> ServeAsync() => FspProcess.ServeAsync(ConfigurationPath, Port, Environment);

    /// <summary>The value of a metric's first sample.</summary>
    public async Task<double> MetricAsync(string name)
    {
        var answer = await ProcessRunner.RunAsync(
            "curl", ["-q", "-sS", "--max-time", "10", "--noproxy", "*", "--unix-socket", Socket, "http://localhost/metrics"]);
        Assert.True(answer.ExitCode == 0, answer.Text);
        var line = answer.Output.Split('\n').First(line => line.StartsWith(name + "{", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>One connection of a client that trusts the proxy's certificates. It is never dialled again.</summary>
    public Task<Http1Client> ConnectAsync() => Http1Client.ConnectAsync(Port, _proxy.Authority);

    /// <inheritdoc/>
    public void Dispose()
    {
        Faults.Dispose();
        _directory.Dispose();
    }
}
