using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Cli;

/// <summary>A SoftHSM of its own with one token, and <c>fsp</c> run against it with its PIN.</summary>
public sealed class TokenDirectoryFixture : IAsyncLifetime
{
    public const string Label = "commands";
    public const string UserPin = "user-pin-4711";

    private static readonly string Fsp = Path.Combine(AppContext.BaseDirectory, "fsp.dll");

    internal TemporaryDirectory Directory { get; } = new();

    internal string PinFile { get; private set; } = "";

    internal IReadOnlyDictionary<string, string?> Environment => SoftHsmConfiguration.EnvironmentOf(Directory);

    public async Task InitializeAsync()
    {
        RunLog.AddSecret(UserPin, "user PIN");
        SoftHsmConfiguration.WriteTo(Directory);
        PinFile = Directory.Write("pin", UserPin + "\n");
        Directory.Write("so-pin", "officer-pin-4712\n");
        var result = await RunAsync(
            "token", "init", "--label", Label, "--so-pin-file", Directory.File("so-pin"), "--pin-file", PinFile);
        Assert.True(result.ExitCode == 0, result.Text);
    }

    public Task DisposeAsync()
    {
        Directory.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Runs a command that needs no PIN, or brings its own.</summary>
    internal Task<ProcessResult> RunAsync(params string[] command) =>
        FspProcess.RunAsync(command, environment: Environment);

    /// <summary>Runs a command on the token.</summary>
    internal Task<ProcessResult> RunOnTokenAsync(params string[] command) =>
        RunAsync([.. command, "--label", Label, "--pin-file", PinFile]);

    /// <summary>Runs OpenSC's tool on the token, logged in.</summary>
    internal Task<ProcessResult> RunPkcs11ToolAsync(params string[] command) => ProcessRunner.RunAsync(
        "pkcs11-tool",
        ["--module", SoftHsmEnvironment.Module, "--token-label", Label, "--login", "--pin", UserPin, .. command],
        environment: Environment);

    /// <summary>Runs a command at a terminal and types <paramref name="answer"/> when it asks.</summary>
    internal Task<ProcessResult> RunAtTerminalAsync(string question, string answer, params string[] command) =>
        TerminalProcess.RunAsync(["dotnet", Fsp, .. command], question, answer, Environment);
}
