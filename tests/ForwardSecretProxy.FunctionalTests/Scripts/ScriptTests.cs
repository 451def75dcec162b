using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Scripts;

/// <summary>The scripts a newcomer meets first, on systems that lack what they need.</summary>
public sealed class ScriptTests : IDisposable
{
    private const int WrongUsage = 2;
    private const int CannotRun = 3;

    private readonly TemporaryDirectory _bin = new();

    public ScriptTests()
    {
        foreach (var program in (string[])["bash", "env", "dirname", "mktemp", "rm", "awk", "sed"])
            File.CreateSymbolicLink(_bin.File(program), ProcessRunner.Find(program)!);
    }

    public void Dispose() => _bin.Dispose();

    [Theory]
    [InlineData("tests/run.sh")]
    [InlineData("softhsm/demo.sh")]
    [InlineData("benchmarks/run.sh")]
    [InlineData("benchmarks/peers.sh")]
    [InlineData("config/debian/build.sh")]
    public async Task Script_WithoutTheSdk_SaysWhatToInstall(string script)
    {
        var result = await RunAsync(script);

        Assert.Equal(CannotRun, result.ExitCode);
        Assert.Contains(".NET 10 SDK", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", 0)]
    [InlineData("quick", WrongUsage)]
    public async Task Benchmarks_HelpOrAnUnknownMode_ShowsTheUsage(string argument, int exitCode)
    {
        var result = await RunAsync("benchmarks/run.sh", argument);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("benchmarks/run.sh [short|long|smoke]", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("pipefail", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", 0)]
    [InlineData("quick", WrongUsage)]
    public async Task Peers_HelpOrAnUnknownMode_ShowsTheUsage(string argument, int exitCode)
    {
        var result = await RunAsync("benchmarks/peers.sh", argument);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("benchmarks/peers.sh [MODE...]", result.Text, StringComparison.Ordinal);
        Assert.Contains("PEERS_DIR", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("pipefail", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("benchmarks/peers.sh")]
    [InlineData("benchmarks/peers/servers.sh")]
    public async Task Script_OfThePeers_IsWellFormed(string script)
    {
        var result = await ProcessRunner.RunAsync(ProcessRunner.Find("bash")!, ["-n", Repository.Path(script)]);

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Text);
    }

    [Fact]
    public async Task InstallPackages_WithoutApt_NamesTheProgramsThatAreMissing()
    {
        var result = await RunAsync(
            "softhsm/install-packages.sh", "bash=bash", "no-such-program=some-package", "optional:nor-this=other");

        Assert.Equal(CannotRun, result.ExitCode);
        Assert.Contains("not installed: no-such-program", result.Error, StringComparison.Ordinal);
        Assert.Contains("some-package", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("bash=", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InstallPackages_OnlyAnOptionalProgramMissing_GoesOn()
    {
        var result = await RunAsync("softhsm/install-packages.sh", "bash=bash", "optional:nor-this=other");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("nor-this", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InstallPackages_NothingMissing_IsSilent()
    {
        var result = await RunAsync("softhsm/install-packages.sh", "bash=bash", "optional:env=coreutils");

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Text);
    }

    [Fact]
    public async Task InstallPackages_WithApt_SaysWhatItInstallsBeforeItDoes()
    {
        // An apt-get and a sudo that only tell what they were asked.
        WriteProgram("apt-get", "echo \"apt-get: $*\"");
        WriteProgram("apt-cache", "true");
        WriteProgram("sudo", "[ \"$1\" = env ] && exec \"$@\"; true");
        WriteProgram("install", "true");

        var result = await RunAsync("softhsm/install-packages.sh", "no-such-program=some-package");

        Assert.Equal(0, result.ExitCode);
        var said = result.Error.IndexOf("Installing with apt-get: some-package", StringComparison.Ordinal);
        var done = result.Error.IndexOf(
            "install -y --no-install-recommends some-package", StringComparison.Ordinal);
        Assert.InRange(said, 0, done);
    }

    private void WriteProgram(string name, string body)
    {
        var path = _bin.Write(name, $"#!{_bin.File("bash")}\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private Task<ProcessResult> RunAsync(string script, params string[] arguments) =>
        ProcessRunner.RunAsync(
            ProcessRunner.Find("bash")!,
            [Repository.Path(script), .. arguments],
            environment: new Dictionary<string, string?> { ["PATH"] = _bin.Path });
}
