using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>p11-kit's remote module: a SoftHSM that another process has loaded, reached by a socket.</summary>
public sealed class P11KitModule : TestedModule
{
    /// <summary>The module's name.</summary>
    public const string ModuleName = "p11-kit remote";

    private ServerProcess? _server;

    public override string Name => ModuleName;

    protected override string Library => FindLibrary("pkcs11/p11-kit-client.so");

    protected override IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["P11_KIT_SERVER_ADDRESS"] = $"unix:path={Socket}",
    };

    private string Socket => Directory.File("socket");

    public override async Task StartAsync()
    {
        SoftHsmConfiguration.WriteTo(Directory);
        File.Delete(Socket);
        _server = ServerProcess.Start(
            "p11-kit", ["server", "--foreground", "--name", Socket, "--provider", SoftHsmEnvironment.Module, "pkcs11:"],
            SoftHsmConfiguration.EnvironmentOf(Directory));
        await _server.WaitForLineAsync(line => line.StartsWith("P11_KIT_SERVER_PID=", StringComparison.Ordinal));
    }

    // With its children, of which each has one client.
    public override async Task StopAsync() => await _server!.DisposeAsync();
}
