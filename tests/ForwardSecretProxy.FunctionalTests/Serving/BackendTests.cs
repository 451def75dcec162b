using System.Globalization;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Serving;

/// <summary>Services of two makes, each over HTTP/1.1 and over HTTP/2 without TLS.</summary>
[Collection(RunningProxy.Name)]
public sealed class BackendTests(ProxyFixture proxy) : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private NginxBackend? _nginx;
    private KestrelBackend? _kestrel;

    public async Task InitializeAsync()
    {
        _nginx = await NginxBackend.StartAsync();
        _kestrel = await KestrelBackend.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _nginx!.DisposeAsync();
        await _kestrel!.DisposeAsync();
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("nginx", "1.1", "HTTP/1.1")]
    [InlineData("nginx", "2", "HTTP/2.0")]
    [InlineData("kestrel", "1.1", "HTTP/1.1")]
    [InlineData("kestrel", "2", "HTTP/2")]
    public async Task Get_Backend_IsReachedInItsVersion(string make, string version, string protocol)
    {
        var backendPort = (make, version) switch
        {
            ("nginx", "1.1") => _nginx!.Http1Port,
            ("nginx", _) => _nginx!.Http2Port,
            (_, "1.1") => _kestrel!.Http1Port,
            _ => _kestrel!.Http2Port,
        };
        var configuration = proxy
            .NewConfiguration(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{backendPort}"))
            .With("ReverseProxy:Clusters:service:HttpRequest", new JsonObject
            {
                ["Version"] = version,
                ["VersionPolicy"] = "RequestVersionExact",
            });
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);

        foreach (var front in (string[])["--http1.1", "--http2"])
        {
            var result = await Curl.GetAsync(configuration.Port, "/path", "--cacert", proxy.RootPath, front);

            Assert.True(result.ExitCode == 0, result.Text);
            var seen = SeenRequest.Parse(result.Output);
            Assert.Equal(protocol, seen.Protocol);
            Assert.Equal("/path", seen.Target);
            Assert.Equal("127.0.0.1", seen.Headers["x-forwarded-for"]);
            Assert.Equal("https", seen.Headers["x-forwarded-proto"]);
        }

        Assert.Equal(0, await fsp.StopAsync());
    }

    [Fact]
    public async Task Get_BackendThatIsDown_IsBadGatewayAndNothingWorse()
    {
        var configuration = proxy.NewConfiguration(
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"));
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);

        var result = await Curl.GetAsync(
            configuration.Port, "/", "--cacert", proxy.RootPath, "-w", "%{http_code}");

        Assert.Equal("502", result.Output);
    }
}
