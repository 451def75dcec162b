using System.Globalization;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Admin;

/// <summary>A proxy of a test's own, with an admin listener, asked with curl.</summary>
internal sealed class AdminProxy : IAsyncDisposable
{
    private AdminProxy(FspProcess process, ProxyConfiguration configuration, string path, string address)
    {
        Process = process;
        Port = configuration.Port;
        ConfigurationPath = path;
        Address = address;
    }

    /// <summary>The process.</summary>
    public FspProcess Process { get; }

    /// <summary>Where it proxies.</summary>
    public int Port { get; }

    /// <summary>What <c>Admin:Address</c> is.</summary>
    public string Address { get; }

    /// <summary>Its configuration's file.</summary>
    public string ConfigurationPath { get; }

    /// <summary>A free loopback address.</summary>
    public static string FreeAddress() => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}");

    /// <summary>Starts it with the fixture's certificates, and waits until it listens.</summary>
    public static async Task<AdminProxy> StartAsync(
        ProxyFixture proxy,
        TemporaryDirectory directory,
        string? address = null,
        Action<ProxyConfiguration>? change = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        address ??= FreeAddress();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Admin:Address", JsonValue.Create(address));
        change?.Invoke(configuration);
        var path = configuration.WriteTo(directory);
        return new AdminProxy(
            await FspProcess.ServeAsync(path, configuration.Port, environment ?? proxy.Token.Environment),
            configuration, path, address);
    }

    /// <summary>Asks for a path; the answer is the status, a blank, and the body.</summary>
    public async Task<(int Status, string Body)> GetAsync(string path, params string[] options)
    {
        var socket = Address.StartsWith("unix:", StringComparison.Ordinal) ? Address["unix:".Length..] : null;
        string[] connection = socket is null ? [] : ["--unix-socket", socket];
        var result = await ProcessRunner.RunAsync("curl",
        [
            "-q", "-sS", "--max-time", "20", "--noproxy", "*", "-w", "\n%{http_code}", .. connection, .. options,
            $"http://{(socket is null ? Address : "localhost")}{path}",
        ]);
        Assert.True(result.ExitCode == 0, result.Text + string.Join('\n', Process.Lines));
        var end = result.Output.LastIndexOf('\n');
        return (int.Parse(result.Output[(end + 1)..], CultureInfo.InvariantCulture), result.Output[..end]);
    }

    /// <summary>Asks until the status is as wanted: the last body, within 20 s.</summary>
    public async Task<string> WaitForStatusAsync(string path, int wanted)
    {
        for (var end = DateTime.UtcNow.AddSeconds(20); ; await Task.Delay(100))
        {
            var (status, body) = await GetAsync(path);
            if (status == wanted)
                return body;
            Assert.True(DateTime.UtcNow < end, $"{path} goes on with {status}: {body}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
