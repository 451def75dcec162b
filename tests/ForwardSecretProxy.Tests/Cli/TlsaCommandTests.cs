using ForwardSecretProxy.Cli;

namespace ForwardSecretProxy.Tests.Cli;

public class TlsaCommandTests
{
    [Theory]
    [InlineData("--name mail.example.org", "Name a certificate")]
    [InlineData("a.pem --config b", "not both")]
    [InlineData("a.pem --certificate b", "--config")]
    [InlineData("a.pem --port 0", "--port takes a number from 1 to 65535")]
    [InlineData("a.pem --port x", "--port")]
    [InlineData("a.pem --protocol quic", "quic")]
    [InlineData("a.pem --ttl 0", "--ttl takes a number from 1 to 604800")]
    [InlineData("a.pem --resolver 127.0.0.1", "for --check")]
    [InlineData("a.pem --check --resolver localhost", "--resolver is an IP address")]
    [InlineData("a.pem --check --resolver 53", "--resolver is an IP address")]
    [InlineData("a.pem --check --resolver 127.0.0.1:0", "--resolver is an IP address")]
    [InlineData("a.pem --check --resolver [::1]", "--resolver is an IP address")]
    [InlineData("a.pem --check --timeout 5", "--timeout is a time")]
    [InlineData("a.pem --check --timeout 2m", "--timeout is a time")]
    [InlineData("a.pem --pin-file b", "--next-key")]
    [InlineData("--config a --next-key pkcs11:object=b --module c", "come from there")]
    [InlineData("--next-key pkcs11:object=b --module c --name mail.example.org", "--next-key")]
    [InlineData("no-such.pem", "does not exist")]
    [InlineData("--next no-such.pem --name mail.example.org", "does not exist")]
    [InlineData("--config no-such.json", "cannot be read")]
    public async Task Run_WrongUsage_SaysWhatAndExitsWithTwo(string line, string message)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        var code = await CommandLine.RunAsync(["tlsa", .. line.Split(' ')], output, error);

        Assert.True(code == ExitCode.Usage, error.ToString());
        Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Fact]
    public void Readme_EachCommandOfTheRollover_IsOneThatIsTaken()
    {
        var lines = File.ReadLines(Repository.PathOf("README.md"))
            .SkipWhile(line => line != "## Mail servers that check: DANE and MTA-STS").Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("fsp ", StringComparison.Ordinal))
            .SelectMany(line => line.Split('#')[0].Split("&&")).ToList();

        Assert.Contains(lines, line => line.Contains("fsp key rotate", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.Empty(CommandLine.CreateRoot().Parse(line.Replace("'", "\"", StringComparison.Ordinal).Trim()["fsp ".Length..]).Errors));
    }
}
