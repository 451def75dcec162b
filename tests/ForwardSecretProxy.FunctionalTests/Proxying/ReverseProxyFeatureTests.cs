using System.Globalization;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Proxying;

/// <summary>What YARP's schema promises, as it works in this host.</summary>
[Collection(RunningProxy.Name)]
public sealed class ReverseProxyFeatureTests(ProxyFixture proxy) : IDisposable
{
    private const string Cluster = "ReverseProxy:Clusters:service";

    private readonly TemporaryDirectory _directory = new();
    private readonly RawBackend _first = new(Say("first"));
    private readonly RawBackend _second = new(Say("second"));

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("FirstAlphabetical")]
    public async Task LoadBalancing_Policy_DecidesWhoAnswers(string policy)
    {
        var configuration = TwoServices().With($"{Cluster}:LoadBalancingPolicy", policy);
        await using var fsp = await ServeAsync(configuration);

        var answers = new List<string>();
        for (var request = 0; request < 4; request++)
            answers.Add((await GetAsync(configuration)).Output);

        Assert.Equal(policy == "RoundRobin" ? 2 : 4, answers.Count(answer => answer == "first"));
    }

    [Fact]
    public async Task SessionAffinity_Cookie_KeepsAClientAtItsService()
    {
        var configuration = TwoServices()
            .With($"{Cluster}:LoadBalancingPolicy", "RoundRobin")
            .With($"{Cluster}:SessionAffinity", new JsonObject
            {
                ["Enabled"] = true,
                ["AffinityKeyName"] = "at",
                ["Cookie"] = new JsonObject { ["SecurePolicy"] = "Always", ["SameSite"] = "Strict" },
            });
        await using var fsp = await ServeAsync(configuration);
        var jar = _directory.File("jar");

        var first = await GetAsync(configuration, "-c", jar, "-D", "-");
        var body = first.Output.Split("\r\n\r\n")[^1];
        var again = new List<string>();
        for (var request = 0; request < 4; request++)
            again.Add((await GetAsync(configuration, "-b", jar)).Output);

        // The key that the cookie is made with lives as long as the process does.
        Assert.True(await fsp.ReloadAsync());
        again.Add((await GetAsync(configuration, "-b", jar)).Output);
        again.Add((await GetAsync(configuration, "-b", jar)).Output);

        Assert.All(again, answer => Assert.Equal(body, answer));
        var cookie = Assert.Single(first.Output.Split("\r\n"), line => line.StartsWith("set-cookie: at=", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("first", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ActiveHealthCheck_ServiceThatFailsIt_GetsNoRequests()
    {
        using var sick = new RawBackend("HTTP/1.1 500 Sick\r\nContent-Length: 4\r\n\r\nsick");
        var configuration = TwoServices(second: sick.Url)
            .With($"{Cluster}:LoadBalancingPolicy", "RoundRobin")
            .With($"{Cluster}:HealthCheck:Active", new JsonObject
            {
                ["Enabled"] = true,
                ["Interval"] = "00:00:00.2",
                ["Timeout"] = "00:00:05",
                ["Policy"] = "ConsecutiveFailures",
                ["Path"] = "/health",
            });
        await using var fsp = await ServeAsync(configuration);
        await fsp.WaitForLineAsync(line => line.Contains("'Unhealthy'", StringComparison.Ordinal));

        for (var request = 0; request < 4; request++)
            Assert.Equal("first", (await GetAsync(configuration)).Output);
    }

    [Fact]
    public async Task PassiveHealthCheck_ServiceThatRefusesConnections_GetsNoMoreRequests()
    {
        var configuration = TwoServices(second: string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"))
            .With($"{Cluster}:LoadBalancingPolicy", "RoundRobin")
            .With($"{Cluster}:HealthCheck:Passive", new JsonObject
            {
                ["Enabled"] = true,
                ["Policy"] = "TransportFailureRate",
                ["ReactivationPeriod"] = "00:10:00",
            })
            .With($"{Cluster}:Metadata", new JsonObject { ["TransportFailureRateHealthPolicy.RateLimit"] = "0.1" });
        await using var fsp = await ServeAsync(configuration);

        // YARP judges a rate from ten requests on.
        for (var request = 0; request < 24; request++)
            await GetAsync(configuration);
        for (var request = 0; request < 4; request++)
            Assert.Equal("first", (await GetAsync(configuration)).Output);
        await fsp.WaitForLineAsync(line =>
            line.Contains("Cluster service, destination two: it refuses connections.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AllServices_Unhealthy_IsServiceUnavailableAndSaid()
    {
        using var sick = new RawBackend("HTTP/1.1 500 Sick\r\nContent-Length: 0\r\n\r\n");
        var configuration = TwoServices(sick.Url, sick.Url)
            .With($"{Cluster}:HealthCheck:AvailableDestinationsPolicy", "HealthyAndUnknown")
            .With($"{Cluster}:HealthCheck:Active", new JsonObject { ["Enabled"] = true, ["Interval"] = "00:00:00.2" });
        await using var fsp = await ServeAsync(configuration);
        foreach (var name in (string[])["one", "two"])
            await fsp.WaitForLineAsync(line => line.Contains($"`{name}`", StringComparison.Ordinal) && line.Contains("'Unhealthy'", StringComparison.Ordinal));

        Assert.EndsWith("503", (await GetAsync(configuration, "-w", "%{http_code}")).Output, StringComparison.Ordinal);
        await fsp.WaitForLineAsync(line =>
            line.Contains("Cluster service, destination none: there is no healthy destination.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Timeout_OfARoute_EndsARequestThatTakesLonger()
    {
        _first.Hold = new TaskCompletionSource().Task;
        var configuration = proxy.NewConfiguration(_first.Url).With("ReverseProxy:Routes:all:Timeout", "00:00:01");
        await using var fsp = await ServeAsync(configuration);

        var answer = await GetAsync(configuration, "-w", "%{http_code}");

        Assert.Equal("504", answer.Output);
        await fsp.WaitForLineAsync(line => line.Contains(
            "Cluster service, destination one: it did not answer within the route's Timeout.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Timeout_ThatAReloadBrings_Counts()
    {
        _first.Hold = new TaskCompletionSource().Task;
        var configuration = proxy.NewConfiguration(_first.Url);
        await using var fsp = await ServeAsync(configuration);

        configuration.With("ReverseProxy:Routes:all:Timeout", "00:00:01").WriteTo(_directory);
        Assert.True(await fsp.ReloadAsync());

        Assert.Equal("504", (await GetAsync(configuration, "-w", "%{http_code}")).Output);
    }

    [Fact]
    public async Task ActivityTimeout_OfACluster_EndsARequestThatIsNotAnswered()
    {
        _first.Hold = new TaskCompletionSource().Task;
        var configuration = proxy.NewConfiguration(_first.Url)
            .With($"{Cluster}:HttpRequest:ActivityTimeout", "00:00:01");
        await using var fsp = await ServeAsync(configuration);

        Assert.Equal("504", (await GetAsync(configuration, "-w", "%{http_code}")).Output);
        await fsp.WaitForLineAsync(line => line.Contains(
            "destination one: it did not answer in time (HttpRequest: ActivityTimeout).", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Transforms_PathQueryAndHeaders_ReachTheService()
    {
        await using var backend = await KestrelBackend.StartAsync();
        var configuration = proxy
            .NewConfiguration(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{backend.Http1Port}"))
            .With("ReverseProxy:Routes:all:Match:Path", "/api/{**rest}")
            .With("ReverseProxy:Routes:all:Transforms", JsonNode.Parse("""
                [
                  { "PathPattern": "/v2/{**rest}" },
                  { "QueryValueParameter": "by", "Set": "fsp" },
                  { "RequestHeader": "x-added", "Set": "yes" },
                  { "RequestHeaderRemove": "x-removed" },
                  { "RequestHeaderOriginalHost": "true" },
                  { "ResponseHeader": "x-answered", "Set": "yes", "When": "Always" }
                ]
                """)!);
        await using var fsp = await ServeAsync(configuration);

        var answer = await Curl.GetAsync(configuration.Port, "/api/a?b=c",
            "--cacert", proxy.RootPath, "-H", "x-removed: no", "-D", _directory.File("headers"));

        var seen = SeenRequest.Parse(answer.Output);
        Assert.Equal("/v2/a?b=c&by=fsp", seen.Target);
        Assert.Equal("yes", seen.Headers["x-added"]);
        Assert.DoesNotContain("x-removed", seen.Headers.Keys);
        Assert.StartsWith(ProxyFixture.DefaultName, seen.Headers["host"], StringComparison.Ordinal);
        Assert.Contains("x-answered: yes", await File.ReadAllTextAsync(_directory.File("headers")), StringComparison.Ordinal);
    }

    private ProxyConfiguration TwoServices(string? first = null, string? second = null) =>
        proxy.NewConfiguration("http://127.0.0.1:1").With($"{Cluster}:Destinations", new JsonObject
        {
            ["one"] = new JsonObject { ["Address"] = first ?? _first.Url },
            ["two"] = new JsonObject { ["Address"] = second ?? _second.Url },
        });

    private Task<FspProcess> ServeAsync(ProxyConfiguration configuration) => FspProcess.ServeAsync(
        configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);

    private Task<ProcessResult> GetAsync(ProxyConfiguration configuration, params string[] options) =>
        Curl.GetAsync(configuration.Port, "/", ["--cacert", proxy.RootPath, .. options]);

    private static string Say(string word) => string.Create(
        CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {word.Length}\r\n\r\n{word}");
}
