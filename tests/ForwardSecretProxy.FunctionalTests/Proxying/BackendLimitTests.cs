using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Proxying;

/// <summary>How many connections a flood of requests makes to services, and how long one may take.</summary>
[Collection(RunningProxy.Name)]
public sealed class BackendLimitTests(StreamingProxy proxy) : IClassFixture<StreamingProxy>, IDisposable
{
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
    private const int Requests = 80;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(20, 20)]
    [InlineData(1000, Requests)] // the control: without the bound each request has a connection
    public async Task Flood_OfOneConnection_MakesNoMoreThanThereMayBe(int maxConnections, int expected)
    {
        var hold = new TaskCompletionSource();
        using var backend = new RawBackend(Answer) { Hold = hold.Task };
        await using var fsp = await StartAsync(proxy.Proxy.NewConfiguration(backend.Url)
            .With("Limits:MaxConnections", maxConnections), out var url);
        using var client = NewClient();

        var answers = Enumerable.Range(0, Requests).Select(_ => client.GetAsync(url)).ToList();
        await WaitForAsync(() => backend.Open == expected);
        hold.SetResult();

        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(expected, backend.Peak);
    }

    [Fact]
    public async Task Request_ThatFindsNoFreeConnectionInTime_IsServiceUnavailable()
    {
        var hold = new TaskCompletionSource();
        using var backend = new RawBackend(Answer) { Hold = hold.Task };
        await using var fsp = await StartAsync(proxy.Proxy.NewConfiguration(backend.Url)
            .With("Limits:MaxConnections", 2)
            .With("Backends:service:ConnectTimeout", "1s"), out var url);
        using var client = NewClient();

        var answers = Enumerable.Range(0, 3).Select(_ => client.GetAsync(url)).ToList();
        var first = await await Task.WhenAny(answers);
        hold.SetResult();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
        Assert.Equal(2, (await Task.WhenAll(answers)).Count(answer => answer.StatusCode == HttpStatusCode.OK));
        await fsp.WaitForLineAsync(line => line.Contains(
            "Cluster service, destination one: all 2 connections to services are in use (Limits:MaxConnections).",
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connection_ThatNobodyTakes_IsGivenUpAfterConnectTimeout()
    {
        // A full backlog: the kernel drops every further SYN, as a firewall does.
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        using var filler = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await filler.ConnectAsync(listener.LocalEndPoint!);
        await using var fsp = await StartAsync(proxy.Proxy
            .NewConfiguration(string.Create(CultureInfo.InvariantCulture, $"http://{listener.LocalEndPoint}"))
            .With("Backends:service:ConnectTimeout", "1s"), out var url);
        using var client = NewClient();

        var watch = Stopwatch.StartNew();
        using var answer = await client.GetAsync(url);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(900), TimeSpan.FromSeconds(8));
        await fsp.WaitForLineAsync(line => line.Contains(
            "Cluster service, destination one: it did not take the connection in time", StringComparison.Ordinal));
    }

    private HttpClient NewClient() => new(proxy.NewHandler())
    {
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private Task<FspProcess> StartAsync(ProxyConfiguration configuration, out string url)
    {
        url = string.Create(CultureInfo.InvariantCulture, $"https://{ProxyFixture.DefaultName}:{configuration.Port}/");
        return FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Proxy.Token.Environment);
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
            await Task.Delay(20, limit.Token);
    }
}
