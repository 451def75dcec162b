using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>NSS's own token, softokn: a database that the module's arguments name.</summary>
public sealed class NssModule : TestedModule
{
    /// <summary>The module's name.</summary>
    public const string ModuleName = "NSS softokn";

    /// <summary>The library.</summary>
    internal static string Path => FindLibrary("libsoftokn3.so");

    public override string Name => ModuleName;

    protected override string Library => Path;

    protected override string Arguments => $"configdir='sql:{Database}' dbTokenDescription='{Label}' flags=";

    private string Database => Directory.File("nss");

    public override Task StartAsync()
    {
        System.IO.Directory.CreateDirectory(Database);
        return Task.CompletedTask;
    }

    protected override async Task InitializedAsync()
    {
        System.IO.Directory.Delete(Database, recursive: true);
        await StartAsync();
        var made = await ProcessRunner.RunAsync("certutil", ["-N", "-d", $"sql:{Database}", "-f", PinFile]);
        Assert.True(made.ExitCode == 0, made.Text);
    }
}
