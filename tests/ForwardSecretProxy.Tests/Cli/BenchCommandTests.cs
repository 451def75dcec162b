using ForwardSecretProxy.Cli;

namespace ForwardSecretProxy.Tests.Cli;

public class BenchCommandTests
{
    [Theory]
    [InlineData("bench", "HOST:PORT")]
    [InlineData("bench localhost", "HOST:PORT")]
    [InlineData("bench 192.0.2.1:443", "--i-own-this-host")]
    [InlineData("bench [2001:db8::1]:443", "--i-own-this-host")]
    [InlineData("bench 0.0.0.0:443", "--i-own-this-host")]
    [InlineData("bench 127.0.0.1:1 --connections 0", "--connections")]
    [InlineData("bench 127.0.0.1:1 --threads 0", "--threads")]
    [InlineData("bench 127.0.0.1:1 --rate 0", "--rate")]
    [InlineData("bench 127.0.0.1:1 --rate NaN", "--rate")]
    [InlineData("bench 127.0.0.1:1 --repeat 0", "--repeat")]
    [InlineData("bench 127.0.0.1:1 --duration 10", "--duration")]
    [InlineData("bench 127.0.0.1:1 --duration 0s", "--duration")]
    [InlineData("bench 127.0.0.1:1 --tls 1.1", "1.1")]
    [InlineData("bench 127.0.0.1:1 --group P-224", "P-224")]
    [InlineData("bench 127.0.0.1:1 --cert dsa", "dsa")]
    [InlineData("bench 127.0.0.1:1 --starttls ftp", "ftp")]
    [InlineData("bench 127.0.0.1:1 --starttls smtp --resume", "--resume")]
    [InlineData("bench 127.0.0.1:1 --request health", "--request")]
    [InlineData("bench 127.0.0.1:1 --compare /nonexistent.json", "--compare")]
    [InlineData("bench 127.0.0.1:1 --ca /nonexistent.pem", "--ca")]
    [InlineData("bench 127.0.0.1:1 --html /nonexistent/page.html", "--html")]
    [InlineData("bench 127.0.0.1:1 --server-pid 2147483647", "--server-pid")]
    [InlineData("bench 192.0.2.1:1 --i-own-this-host --server-pid 1", "--server-pid")]
    [InlineData("bench sign", "--key")]
    [InlineData("bench sign --key pkcs11:token=x;object=y --handshakes 192.0.2.1:443", "--i-own-this-host")]
    public async Task Run_WrongUsage_SaysWhatAndExitsWithTwo(string line, string named)
    {
        var (code, output, error) = await RunAsync(line);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Theory]
    [InlineData("bench")]
    [InlineData("bench sign")]
    public async Task Run_Help_HasExamples(string line)
    {
        var (code, output, _) = await RunAsync(line + " --help");

        Assert.Equal(ExitCode.AllWell, code);
        Assert.Contains($"\n  fsp {line}", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(line.Split(' '), output, error);
        return (code, output.ToString(), error.ToString());
    }
}
