using ForwardSecretProxy.FunctionalTests.Clients;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Serving;

/// <summary>The Strict-Transport-Security header, over every kind of answer.</summary>
[Collection(RunningProxy.Name)]
public sealed class StrictTransportTests(FrontFixture front, ProxyFixture proxy) : IClassFixture<FrontFixture>
{
    private const string Header = "strict-transport-security: ";

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Answer_OfTheService_HasIt(string version) =>
        Assert.Equal(["max-age=3600"], Values((await front.CurlAsync(front.HttpsPort, "/", "127.0.0.1", "-i", version)).Output));

    [Fact]
    public async Task Answer_NotConfigured_HasNone()
    {
        var result = await Curl.GetAsync(proxy.Port, "/", "--cacert", proxy.RootPath, "-i");

        Assert.Contains("200", result.Output, StringComparison.Ordinal);
        Assert.Empty(Values(result.Output));
    }

    [Fact]
    public async Task Answer_ToSomebodyWhoCameByHttpToTheProxyInFront_HasNone() => Assert.Empty(Values(
        (await front.CurlAsync(front.HttpsPort, "/", "127.0.0.1", "-i", "-H", "X-Forwarded-Proto: http")).Output));

    [Fact]
    public async Task Answer_OurOwnAndTheServicesOther_IsOurs()
    {
        using var directory = new TemporaryDirectory();
        await using var service = await HstsBackend.StartAsync();
        var configuration = proxy.NewConfiguration($"http://127.0.0.1:{service.Port}")
            .With("ReverseProxy:Routes:all:Match:Path", "/served/{**rest}")
            .With("ReverseProxy:Routes:gone:ClusterId", "gone")
            .With("ReverseProxy:Routes:gone:Match:Path", "/gone")
            .With("ReverseProxy:Clusters:gone:Destinations:one:Address", $"http://127.0.0.1:{FreePort.Next()}");
        await using var fsp = await FspProcess.ServeAsync(configuration.WriteTo(directory), configuration.Port, proxy.Token.Environment);
        // The control: without the setting the service's own comes through.
        Assert.Equal(["max-age=1"], await ValuesAsync("/served/x", "200"));

        configuration.With("Hsts:MaxAge", "365d").With("Hsts:IncludeSubDomains", true).WriteTo(directory);
        Assert.True(await fsp.ReloadAsync());

        string[] ours = ["max-age=31536000; includeSubDomains"];
        Assert.Equal(ours, await ValuesAsync("/served/x", "200"));
        Assert.Equal(ours, await ValuesAsync("/gone", "502"));
        Assert.Equal(ours, await ValuesAsync("/nowhere", "404"));

        async Task<List<string>> ValuesAsync(string target, string status)
        {
            var result = await Curl.GetAsync(configuration.Port, target, "--cacert", proxy.RootPath, "-i");
            Assert.Contains(status, result.Output.Split('\n')[0], StringComparison.Ordinal);
            return Values(result.Output);
        }
    }

    private static List<string> Values(string answer) =>
    [
        .. answer.Split("\r\n")
            .Where(line => line.StartsWith(Header, StringComparison.OrdinalIgnoreCase))
            .Select(line => line[Header.Length..]),
    ];
}
