using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Serving;

/// <summary>What a service behind the proxy gets to see, and what curl gets back.</summary>
[Collection(RunningProxy.Name)]
public sealed class ForwardingTests(ProxyFixture proxy) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("--http1.1", "HTTP/1.1")]
    [InlineData("--http2", "HTTP/2")]
    public async Task Get_Curl_SpeaksTheVersionAndVerifiesTheChain(string option, string version)
    {
        var result = await CurlAsync("/hello?x=1", option, "-v");

        Assert.Contains($"< {version} 200", result.Error, StringComparison.Ordinal);
        Assert.Equal("/hello?x=1", SeenRequest.Parse(result.Output).Target);
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Post_LargeBody_ArrivesWhole(string option)
    {
        var body = new string('x', 3_000_000);
        var file = _directory.Write("body", body);

        var result = await CurlAsync("/", option, "--data-binary", "@" + file);

        Assert.Equal(body.Length, SeenRequest.Parse(result.Output).Body.Length);
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Forwarded_Headers_SayWhoCameHowAndForWhat(string option)
    {
        var seen = SeenRequest.Parse((await CurlAsync("/", option)).Output);

        Assert.Equal("127.0.0.1", seen.Headers["x-forwarded-for"]);
        Assert.Equal("https", seen.Headers["x-forwarded-proto"]);
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"{ProxyFixture.DefaultName}:{proxy.Port}"),
            seen.Headers["x-forwarded-host"]);
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Forwarded_HeadersFromTheClient_AreDiscarded(string option)
    {
        var seen = SeenRequest.Parse((await CurlAsync(
            "/", option,
            "-H", "X-Forwarded-For: 203.0.113.7",
            "-H", "X-Forwarded-Proto: http",
            "-H", "X-Forwarded-Host: evil.example.test",
            "-H", "X-Forwarded-Prefix: /evil",
            "-H", "Forwarded: for=203.0.113.7;host=evil.example.test",
            "-H", "X-Other: kept")).Output);

        Assert.Equal("kept", seen.Headers["x-other"]);
        Assert.Equal("127.0.0.1", seen.Headers["x-forwarded-for"]);
        Assert.Equal("https", seen.Headers["x-forwarded-proto"]);
        Assert.DoesNotContain(seen.Headers.Values, value =>
            value.Contains("203.0.113.7", StringComparison.Ordinal)
            || value.Contains("evil", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Client_GoesAfterItsAnswer_IsNothingToLog(string option)
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Logging:LogLevel:Default", "Information");
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);

        for (var visit = 0; visit < 10; visit++)
            await Curl.GetAsync(configuration.Port, "/", "--cacert", proxy.RootPath, option);

        Assert.Equal(0, await fsp.StopAsync());
        Assert.DoesNotContain(fsp.Lines, line =>
            line.Contains("fail:", StringComparison.Ordinal) || line.Contains("error", StringComparison.OrdinalIgnoreCase)
            || line.Contains("Unexpected exception", StringComparison.Ordinal));
    }

    private async Task<ProcessResult> CurlAsync(string target, params string[] options)
    {
        var result = await Curl.GetAsync(proxy.Port, target, ["--cacert", proxy.RootPath, .. options]);
        Assert.True(result.ExitCode == 0, result.Text);
        return result;
    }
}
