using System.Net.Security;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Requests;

/// <summary>
/// One service is for everybody below <c>/public</c>, another for <c>/admin</c>. However a path is written, the first
/// must not be told of the second's.
/// </summary>
[Collection(RunningProxy.Name)]
public sealed class RouteBypassTests(ProxyFixture proxy) : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingBackend _everybody = new();
    private readonly RecordingBackend _admin = new();
    private FspProcess? _fsp;
    private int _port;

    public async Task InitializeAsync()
    {
        var configuration = proxy.NewConfiguration(_everybody.Url)
            .With("ReverseProxy:Routes", new JsonObject
            {
                ["public"] = JsonNode.Parse("""{ "ClusterId": "service", "Match": { "Path": "/public/{**rest}" } }"""),
                ["admin"] = JsonNode.Parse("""{ "ClusterId": "admin", "Match": { "Path": "/admin/{**rest}" } }"""),
            })
            .With("ReverseProxy:Clusters:admin:Destinations:one:Address", _admin.Url);
        _port = configuration.Port;
        _fsp = await FspProcess.ServeAsync(configuration.WriteTo(_directory), _port, proxy.Token.Environment);
    }

    public async Task DisposeAsync()
    {
        await _fsp!.DisposeAsync();
        await _everybody.DisposeAsync();
        await _admin.DisposeAsync();
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Path_HoweverWritten_ReachesTheServiceOfItsRoute()
    {
        string[] climbs = ["..", "%2e%2e", ".%2E", "%2e.", "..;", "..;a=b", "..%00", "..%20", "..%09", "%252e%252e", "..%c0%af", "\uff0e\uff0e", "...", "."];
        string[] slashes = ["/", "//", "%2f", "%2F", "\\", "%5c", "%252f", "/./", "/;/", "%c0%af"];
        string[] starts = ["/public", "/PUBLIC", "/%70ublic", "//public", "https://web.example.test/public"];
        var answered = 0;
        foreach (var start in starts)
        {
            foreach (var climb in climbs)
            {
                foreach (var slash in slashes)
                    answered += await IsAnsweredAsync(start + slash + climb + slash + "admin/secret") ? 1 : 0;
            }
        }

        Assert.InRange(answered, 50, int.MaxValue);
        AssertTargets(_everybody, target => Meaning(target).StartsWith("/public/", StringComparison.OrdinalIgnoreCase));
        AssertTargets(_admin, target => Meaning(target).StartsWith("/admin/", StringComparison.OrdinalIgnoreCase));
    }

    private async Task<bool> IsAnsweredAsync(string target)
    {
        await using var client = await RawClient.ConnectAsync(_port, SslApplicationProtocol.Http11);
        await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: web.example.test\r\nConnection: close\r\n\r\n");
        return (await client.ReadToEndAsync()).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
    }

    /// <summary>A path as a generous service may read it: decoded once, any slash, without parameters, dots resolved.</summary>
    private static string Meaning(string target)
    {
        var segments = new List<string>();
        foreach (var segment in Uri.UnescapeDataString(target).Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = segment.Split(';')[0];
            if (name == "..")
                segments = segments[..Math.Max(0, segments.Count - 1)];
            else if (name is not ("." or ""))
                segments.Add(name);
        }

        return "/" + string.Join('/', segments);
    }

    private static void AssertTargets(RecordingBackend backend, Func<string, bool> isItsOwn)
    {
        Assert.Empty(backend.Findings);
        var targets = backend.Received.Split("\r\n").Where(line => line.StartsWith("GET ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]).ToList();
        Assert.NotEmpty(targets);
        Assert.DoesNotContain(targets, target => !isItsOwn(target));
    }
}
