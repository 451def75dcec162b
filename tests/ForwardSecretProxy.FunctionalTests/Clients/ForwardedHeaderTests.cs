using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Clients;

/// <summary>X-Forwarded headers from a trusted proxy, and from somebody who is none.</summary>
[Collection(OwnProxy.Name)]
public sealed class ForwardedHeaderTests(FrontFixture front, ProxyFixture proxy) : IClassFixture<FrontFixture>
{
    private static readonly string[] Claims =
    [
        "-H", "X-Forwarded-For: 198.51.100.9, 203.0.113.7",
        "-H", "X-Forwarded-Proto: http",
        "-H", "X-Forwarded-Host: shop.example.test",
        "-H", "X-Forwarded-Prefix: /claimed",
        "-H", "Forwarded: for=198.51.100.9",
        "-H", "X-Real-IP: 198.51.100.9",
        "-H", "x_forwarded_for: 198.51.100.9",
    ];

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Request_FromATrustedProxy_IsTheRealClients(string version)
    {
        var seen = await RequestAsync("127.0.0.1", [version, .. Claims]);

        Assert.Equal("203.0.113.7", seen.Headers["x-forwarded-for"]);
        Assert.Equal("http", seen.Headers["x-forwarded-proto"]);
        Assert.Equal("shop.example.test", seen.Headers["x-forwarded-host"]);
        AssertNothingElseIsClaimed(seen);
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Request_FromAStranger_IsTheStrangers(string version)
    {
        var seen = await RequestAsync(FrontFixture.Stranger, [version, .. Claims]);

        Assert.Equal(FrontFixture.Stranger, seen.Headers["x-forwarded-for"]);
        Assert.Equal("https", seen.Headers["x-forwarded-proto"]);
        Assert.StartsWith(ProxyFixture.DefaultName, seen.Headers["x-forwarded-host"], StringComparison.Ordinal);
        AssertNothingElseIsClaimed(seen);
    }

    [Fact]
    public async Task Request_SecondOnAConnection_HasNothingOfTheFirst()
    {
        using var socket = await FrontFixture.ConnectAsync(front.HttpsPort);
        await using var client = await FrontFixture.ShakeHandsAsync(new System.Net.Sockets.NetworkStream(socket));
        await client.WriteAsync("""
            GET /first HTTP/1.1
            Host: web.example.test
            X-Forwarded-For: 203.0.113.7
            X-Forwarded-Proto: http

            GET /second HTTP/1.1
            Host: web.example.test
            Connection: close


            """.ReplaceLineEndings("\r\n").Select(c => (byte)c).ToArray());
        using var reader = new StreamReader(client);
        var answers = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));

        var second = answers[answers.IndexOf("/second", StringComparison.Ordinal)..];
        Assert.Contains("\"x-forwarded-for\":\"203.0.113.7\"", answers, StringComparison.Ordinal);
        Assert.Contains("\"x-forwarded-for\":\"127.0.0.1\"", second, StringComparison.Ordinal);
        Assert.Contains("\"x-forwarded-proto\":\"https\"", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_TrustedProxies_HoldFromTheNextRequestOn()
    {
        using var directory = new TemporaryDirectory();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(directory), configuration.Port, proxy.Token.Environment);
        Assert.Equal("127.0.0.1", await ClientAsync());

        configuration.With("TrustedProxies", new JsonArray("127.0.0.0/8")).WriteTo(directory);
        await fsp.ReloadAsync();

        Assert.Equal("203.0.113.7", await ClientAsync());

        async Task<string> ClientAsync()
        {
            var result = await front.CurlAsync(configuration.Port, "/", "127.0.0.1", "-H", "X-Forwarded-For: 203.0.113.7");
            return SeenRequest.Parse(result.Output).Headers["x-forwarded-for"];
        }
    }

    private static void AssertNothingElseIsClaimed(SeenRequest seen)
    {
        Assert.DoesNotContain(seen.Headers.Values, value => value.Contains("198.51.100.9", StringComparison.Ordinal));
        Assert.DoesNotContain(seen.Headers.Values, value => value.Contains("/claimed", StringComparison.Ordinal));
    }

    private async Task<SeenRequest> RequestAsync(string from, string[] options)
    {
        var result = await front.CurlAsync(front.HttpsPort, "/", from, options);
        Assert.True(result.ExitCode == 0, result.Text);
        return SeenRequest.Parse(result.Output);
    }
}
