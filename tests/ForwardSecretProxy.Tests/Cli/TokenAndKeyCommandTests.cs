using System.CommandLine;
using ForwardSecretProxy.Cli;

namespace ForwardSecretProxy.Tests.Cli;

public class TokenAndKeyCommandTests
{
    // Every user of the machine sees command lines, and shells keep them.
    [Fact]
    public void NoCommand_TakesAPinAsAnOption()
    {
        var names = Commands(CommandLine.CreateRoot())
            .SelectMany(command => command.Options).SelectMany(option => option.Aliases.Append(option.Name)).ToList();

        Assert.Contains("--pin-file", names);
        Assert.DoesNotContain("--pin", names);
        Assert.DoesNotContain("--so-pin", names);
    }

    [Theory]
    [InlineData("token init", "--label")]
    [InlineData("key generate", "--key-label")]
    [InlineData("key destroy --label fsp", "--key-label")]
    [InlineData("key generate --key-label web --type rsa-1024", "rsa-1024")]
    [InlineData("key list --config a --pin-file b", "--pin-file")]
    [InlineData("key list --config a --label b", "--label")]
    [InlineData("key list --token main", "--config")]
    [InlineData("key list --pin 1234", "--pin")]
    public async Task Run_WrongUsage_SaysWhatAndExitsWithTwo(string line, string named)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        var code = await CommandLine.RunAsync(line.Split(' '), output, error);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Fact]
    public async Task Run_HelpOfEveryCommand_HasExamples()
    {
        string[] lines = ["token init", "token list", "key generate", "key list", "key verify", "key rotate", "key destroy", "cert status"];
        foreach (var line in lines)
        {
            using var output = new StringWriter();
            using var error = new StringWriter();

            Assert.Equal(ExitCode.AllWell, await CommandLine.RunAsync([.. line.Split(' '), "--help"], output, error));
            Assert.Contains($"\n  fsp {line}", output.ToString(), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<Command> Commands(Command command) =>
        command.Subcommands.SelectMany(Commands).Prepend(command);
}
