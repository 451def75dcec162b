using System.Globalization;
using System.Net;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Proxying;

/// <summary>What comes before and after an answer's body: interim answers and trailers.</summary>
[Collection(RunningProxy.Name)]
public sealed class TrailerTests(StreamingProxy proxy) : IClassFixture<StreamingProxy>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("h2c")]
    [InlineData("h2")]
    public async Task Trailer_OverHttp2_ArrivesAndTeIsPassedOn(string way)
    {
        using var response = await GetAsync($"{proxy.Url}/{way}/trailers", "2.0");

        Assert.Equal("body", await response.Content.ReadAsStringAsync());
        Assert.Equal("trailers", Assert.Single(response.TrailingHeaders.GetValues("x-after")));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Trailer_OfAChunkedAnswer_ArrivesOverHttp2AndLeavesHttp1Whole(string version)
    {
        using var backend = new RawBackend(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-after\r\n\r\n4\r\nbody\r\n0\r\nx-after: later\r\n\r\n");
        await using var fsp = await StartAsync(backend, out var url);

        using var response = await GetAsync(url, version);

        Assert.Equal("body", await response.Content.ReadAsStringAsync());
        // Kestrel writes no trailers in HTTP/1.1, where RFC 9110 section 6.5.1 lets a recipient drop them.
        if (version == "2.0")
            Assert.Equal("later", Assert.Single(response.TrailingHeaders.GetValues("x-after")));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task EarlyHints_BeforeTheAnswer_DoNotDisturbIt(string version)
    {
        using var backend = new RawBackend(
            "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
        await using var fsp = await StartAsync(backend, out var url);

        for (var request = 0; request < 2; request++)
        {
            using var response = await GetAsync(url, version);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("body", await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("1.1", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbody")]
    [InlineData("2.0", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbody")]
    [InlineData("1.1", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n")]
    [InlineData("2.0", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n")]
    public async Task Answer_ThatEndsTooEarly_IsNoAnswer(string version, string answer)
    {
        using var backend = new RawBackend(answer, close: true);
        await using var fsp = await StartAsync(backend, out var url);

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using var response = await GetAsync(url, version);
            await response.Content.ReadAsStringAsync();
        });
        await fsp.WaitForLineAsync(line => line.Contains("Cluster service, destination one: its answer broke off", StringComparison.Ordinal));
    }

    private Task<FspProcess> StartAsync(RawBackend backend, out string url)
    {
        var configuration = proxy.Proxy.NewConfiguration(backend.Url);
        url = string.Create(CultureInfo.InvariantCulture, $"https://{ProxyFixture.DefaultName}:{configuration.Port}/");
        return FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Proxy.Token.Environment);
    }

    private async Task<HttpResponseMessage> GetAsync(string url, string version)
    {
        using var client = new HttpClient(proxy.NewHandler());
        using var request = new HttpRequestMessage(HttpMethod.Get, url)
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.ParseAdd("trailers");
        return await client.SendAsync(request);
    }
}
