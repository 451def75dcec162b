using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Admin;

/// <summary>What is seen of a server after a reload: the new state, and figures that go on.</summary>
[Collection(OwnProxy.Name)]
public sealed class ReloadedServerTests(ProxyFixture proxy) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Reload_CertificateThatIsGone_IsNotShownAnyMoreAndFiguresGoOn()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);
        Assert.True((await OpenSslClient.RequestAsync(admin.Port)).Connected);
        var before = (await admin.GetAsync("/metrics")).Body;
        Assert.Contains("fsp_certificate_expiry_seconds{fsp_certificate=\"other\"}", before, StringComparison.Ordinal);
        Assert.Contains("fsp_token_can_sign{fsp_certificate=\"other\",", before, StringComparison.Ordinal);

        Write(admin, root =>
        {
            root["Certificates"]!.AsObject().Remove("other");
            root["Listeners"]!["https"]!["Certificates"] = new JsonArray("web-ecdsa", "web-rsa", "wild");
            root["Tokens"]!["main"]!["Sessions"] = 3;
        });
        Assert.True(await admin.Process.ReloadAsync());
        Assert.True((await OpenSslClient.RequestAsync(admin.Port)).Connected);
        // An exporter tells what it knew once more; scrapes are told apart when they are 300 ms from each other.
        var metrics = (await admin.GetAsync("/metrics")).Body;
        for (var tries = 0; metrics.Contains("\"other\"", StringComparison.Ordinal) && tries < 10; tries++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(350));
            metrics = (await admin.GetAsync("/metrics")).Body;
        }
        var status = JsonNode.Parse((await admin.GetAsync("/status")).Body)!;

        Assert.DoesNotContain("fsp_certificate=\"other\"", metrics, StringComparison.Ordinal);
        Assert.Equal(
            ["web-ecdsa", "web-rsa", "wild"], status["certificates"]!.AsArray().Select(each => (string?)each!["name"]));
        Assert.Contains("fsp_connections_accepted_total{} 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("fsp_signing_sessions_limit{fsp_token=\"fsp\"} 3\n", metrics, StringComparison.Ordinal);
        Assert.Equal(3, (int?)status["tokens"]![0]!["sessionsLimit"]);
        Assert.Equal("ready", (string?)status["state"]);
    }

    [Fact]
    public async Task Reload_AdminSectionThatChanged_WaitsForARestartAndSaysSo()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);

        Write(admin, root => root["Admin"]!["Address"] = AdminProxy.FreeAddress());
        Assert.True(await admin.Process.ReloadAsync());

        Assert.Contains(admin.Process.Lines, line => line.Contains("Admin: it has changed", StringComparison.Ordinal));
        Assert.Contains("\"subject\":\"Admin\"", (await admin.GetAsync("/status")).Body, StringComparison.Ordinal);
    }

    private static void Write(AdminProxy admin, Action<JsonObject> change)
    {
        var root = JsonNode.Parse(File.ReadAllText(admin.ConfigurationPath))!.AsObject();
        change(root);
        File.WriteAllText(admin.ConfigurationPath, root.ToJsonString());
    }
}
