using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Acme;

/// <summary>
/// Pebble, Let's Encrypt's small authority for tests, with a name server for which every name is this machine. It refuses every
/// fourth nonce; what an account has shown it may not have to show again.
/// </summary>
internal sealed class Pebble : IAsyncDisposable
{
    /// <summary>What the external account's secret is, where one is asked for.</summary>
    public const string ExternalSecret = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

    private readonly ServerProcess _names;
    private readonly ServerProcess _process;

    private Pebble(ServerProcess names, ServerProcess process, int port) =>
        (_names, _process, Directory) = (names, process, string.Create(CultureInfo.InvariantCulture, $"https://localhost:{port}/dir"));

    /// <summary>The directory's URL.</summary>
    public string Directory { get; }

    /// <summary>What it has said.</summary>
    public IReadOnlyList<string> Lines => _process.Lines;

    /// <summary>Starts it.</summary>
    /// <param name="directory">For its files.</param>
    /// <param name="authority">Of its own server's certificate.</param>
    /// <param name="httpPort">Where it looks for answers to http-01.</param>
    /// <param name="tlsPort">Where it looks for answers to tls-alpn-01.</param>
    /// <param name="wantsExternalAccount">Whether accounts need one.</param>
    public static async Task<Pebble> StartAsync(
        TemporaryDirectory directory, OpenSslAuthority authority, int httpPort, int tlsPort, bool wantsExternalAccount = false)
    {
        var (port, dns) = (FreePort.Next(), FreePort.Next());
        var name = string.Create(CultureInfo.InvariantCulture, $"pebble-{port}");
        var (certificate, key) = await authority.IssueAsync(name, "DNS:localhost");
        var configuration = directory.Write(name + ".json", string.Create(CultureInfo.InvariantCulture, $$"""
            { "pebble": { "listenAddress": "127.0.0.1:{{port}}", "certificate": "{{certificate}}", "privateKey": "{{key}}",
              "httpPort": {{httpPort}}, "tlsPort": {{tlsPort}}, "externalAccountBindingRequired": {{(wantsExternalAccount ? "true" : "false")}},
              "externalAccountMACKeys": { "kid-1": "{{ExternalSecret}}" } } }
            """));
        var names = ServerProcess.Start("pebble-challtestsrv",
        [
            "-defaultIPv6", "", "-http01", "", "-https01", "", "-tlsalpn01", "",
            "-dns01", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{dns}"),
            "-management", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}"),
        ]);
        var process = ServerProcess.Start("pebble",
            ["-config", configuration, "-strict", "-dnsserver", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{dns}")],
            new Dictionary<string, string?>
            {
                ["PEBBLE_VA_NOSLEEP"] = "1",
                ["PEBBLE_WFE_NONCEREJECT"] = "25",
            });
        await names.WaitForLineAsync(line => line.Contains("Starting management server", StringComparison.Ordinal));
        await FreePort.WaitUntilTakenAsync(port);
        return new Pebble(names, process, port);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _names.DisposeAsync();
    }
}
