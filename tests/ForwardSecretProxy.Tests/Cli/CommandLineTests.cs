using ForwardSecretProxy.Cli;

namespace ForwardSecretProxy.Tests.Cli;

public class CommandLineTests
{
    [Fact]
    public async Task Run_UnknownCommand_IsUsageErrorOnStderr()
    {
        var (code, output, error) = await RunAsync("no-such-command");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("no-such-command", error, StringComparison.Ordinal);
        Assert.Contains("fsp --help", error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Fact]
    public async Task Run_Help_ShowsExamplesOnStdout()
    {
        var (code, output, error) = await RunAsync("--help");

        Assert.Equal(ExitCode.AllWell, code);
        Assert.Contains("fsp serve --config", output, StringComparison.Ordinal);
        Assert.Empty(error);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
