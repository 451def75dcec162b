using ForwardSecretProxy.Cli;

namespace ForwardSecretProxy.Tests.Cli;

public class KeyRotateCommandTests
{
    [Theory]
    [InlineData("key rotate", "--config")]
    [InlineData("key rotate --config a --abandon --destroy-now", "--abandon")]
    [InlineData("key rotate --config a --abandon --csr-out b", "--abandon")]
    [InlineData("key rotate --config a --destroy-now --key-type ec-p384", "--destroy-now")]
    [InlineData("key rotate --config a --key-type rsa-1024", "rsa-1024")]
    [InlineData("key rotate --config no-such.json", "cannot be read")]
    [InlineData("cert status", "--config")]
    [InlineData("cert status --config no-such.json", "cannot be read")]
    public async Task Run_WrongUsage_SaysWhatAndExitsWithTwo(string line, string named)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        var code = await CommandLine.RunAsync(line.Split(' '), output, error);

        Assert.True(code == ExitCode.Usage, error.ToString());
        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }
}
