using System.Globalization;
using System.Text.RegularExpressions;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The proxy with an example of config/ as it stands there, but for the addresses.</summary>
internal sealed partial class ExampleProxy : IAsyncDisposable
{
    private FspProcess? _process;

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <param name="example">The file in config/.</param>
    /// <param name="ports">Where the example's ports are, its own and those of the servers behind it.</param>
    /// <param name="directory">Has the files that it names.</param>
    /// <param name="token">Has the key that it names.</param>
    public static async Task<ExampleProxy> StartAsync(
        string example, MovedPorts ports, TemporaryDirectory directory, ServingToken token)
    {
        var text = Address().Replace(ports.Read(example),
            match => "127.0.0.1:" + ports[int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)]);
        var proxy = new ExampleProxy
        {
            _process = FspProcess.Start(["serve", "--config", directory.Write(example, text)], token.Environment),
        };
        await proxy._process.WaitForLineAsync(line => line.Contains("[1001]", StringComparison.Ordinal));
        return proxy;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, await _process!.StopAsync());
        await _process.DisposeAsync();
    }

    [GeneratedRegex(@"(?:\[::\]|127\.0\.0\.1):(\d+)")]
    private static partial Regex Address();
}
