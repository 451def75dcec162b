using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace ForwardSecretProxy.FunctionalTests.Admin;

/// <summary>What is exported, and that whatever is said about it elsewhere is true of a real answer.</summary>
[Collection(OwnProxy.Name)]
public sealed partial class MetricsTests(ProxyFixture proxy) : IDisposable
{
    private const string PathOfAClient = "/a-path-of-a-client-4711";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Metrics_AfterTraffic_CountItAndNameNobody()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);
        await MakeTrafficAsync(admin.Port);

        var metrics = (await admin.GetAsync("/metrics")).Body;
        var status = (await admin.GetAsync("/status")).Body;

        var full = "fsp_tls_handshakes_total{fsp_listener=\"https\",fsp_tls_group=\"X25519\",fsp_tls_result=\"completed\","
            + "tls_cipher=\"TLS_AES_128_GCM_SHA256\",tls_protocol_version=\"1.3\",tls_resumed=\"false\"} 2\n";
        Assert.Contains(full, metrics, StringComparison.Ordinal);
        Assert.Matches("fsp_tls_handshakes_total\\{.*fsp_tls_group=\"P-384\".*tls_protocol_version=\"1.2\".*\\} 1\n", metrics);
        Assert.Contains("fsp_tls_handshakes_total{fsp_listener=\"https\",fsp_tls_result=\"refused\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("fsp_http_request_duration_seconds_count{fsp_http_status_class=\"2xx\",fsp_route=\"all\","
            + "network_protocol_version=\"2\"} 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("fsp_token_can_sign{fsp_certificate=\"web-ecdsa\",fsp_token=\"fsp\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("fsp_connections_accepted_total{} 4\n", metrics, StringComparison.Ordinal);
        Assert.Contains("fsp_ready{} 1\n", metrics, StringComparison.Ordinal);
        foreach (var secret in (string[])[PathOfAClient, "127.0.0.1", "curl/", proxy.Token.Pin, proxy.Token.PinFile])
            Assert.DoesNotContain(secret, metrics, StringComparison.Ordinal);
        foreach (var secret in (string[])[PathOfAClient, "curl/", proxy.Token.Pin, proxy.Token.PinFile])
            Assert.DoesNotContain(secret, status, StringComparison.Ordinal);
    }

    [PromtoolFact]
    public async Task Metrics_OfARealServer_PassPromtool()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);
        await MakeTrafficAsync(admin.Port);

        var good = await ProcessRunner.RunAsync(
            "promtool", ["check", "metrics"], (await admin.GetAsync("/metrics")).Body);
        var bad = await ProcessRunner.RunAsync("promtool", ["check", "metrics"], "# TYPE a counter\na{} 1\n");

        Assert.True(good is { ExitCode: 0, Text.Length: 0 }, good.Text);
        Assert.NotEqual(0, bad.ExitCode);
    }

    [Fact]
    public async Task Metrics_NamedByDashboardAlertsAndHandbook_AreThose()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory, change: configuration => configuration
            .With("Certificates:web-ecdsa:Spares", new JsonArray(new JsonObject
            {
                ["Chain"] = proxy.Directory.File("other.pem"), ["Key"] = "pkcs11:token=fsp;object=other",
            }))
            .With("Listeners:relay:Address", "127.0.0.1:0")
            .With("Listeners:relay:Protocol", "imap")
            .With("Listeners:relay:Backend", "127.0.0.1:1"));
        await MakeTrafficAsync(admin.Port);
        var metrics = (await admin.GetAsync("/metrics")).Body;
        var samples = SampleName().Matches(metrics).Select(match => match.Groups[1].Value).ToHashSet();
        var families = Family().Matches(metrics).Select(match => match.Groups[1].Value).ToHashSet();
        var labels = LabelName().Matches(metrics).Select(match => match.Groups[1].Value).ToHashSet();
        var handbook = Read("docs/operations.md");

        foreach (var file in (string[])["config/grafana-dashboard.json", "config/prometheus-alerts.yml"])
        {
            var text = Read(file);
            var named = MetricInText().Matches(text).Select(match => match.Value).Except(labels).ToHashSet();
            Assert.True(named.Count > 10, $"{file}: the pattern finds metrics.");
            Assert.Empty(named.Except(samples));
        }

        Assert.Contains("fsp_tls_handshakes_total", families);
        Assert.All(families, family => Assert.Contains($"| `{family}` |", handbook, StringComparison.Ordinal));
        Assert.Empty(HandbookMetric().Matches(handbook).Select(match => match.Groups[1].Value).Except(families));
        Assert.All(labels.Except(["le"]), label => Assert.Contains($"`{label}`", handbook, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Otlp_Configured_SendsTheMetricsAndNamesNobody()
    {
        var received = new TaskCompletionSource<(string Path, string Body)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.Run(async context =>
        {
            // The strings in it are UTF-8 as they are (protobuf, length-delimited).
            using var reader = new StreamReader(context.Request.Body, System.Text.Encoding.Latin1);
            received.TrySetResult((context.Request.Path, await reader.ReadToEndAsync()));
        });
        await collector.StartAsync();

        await using var admin = await AdminProxy.StartAsync(proxy, _directory,
            change: configuration => configuration.With("Admin:OtlpEndpoint", collector.Urls.First()));
        await MakeTrafficAsync(admin.Port);
        // What is not sent yet goes out at the end.
        Assert.Equal(0, await admin.Process.StopAsync());
        var (path, body) = await received.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal("/v1/metrics", path);
        Assert.Contains("fsp.tls.handshakes", body, StringComparison.Ordinal);
        Assert.Contains("X25519", body, StringComparison.Ordinal);
        Assert.DoesNotContain(PathOfAClient, body, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", body, StringComparison.Ordinal);
    }

    // Two handshakes that are served over HTTP/2, one of TLS 1.2 and one that is refused.
    private async Task MakeTrafficAsync(int port)
    {
        for (var i = 0; i < 2; i++)
            Assert.Equal(0, (await Curl.GetAsync(port, PathOfAClient, "--cacert", proxy.RootPath)).ExitCode);
        Assert.True((await OpenSslClient.RequestAsync(port, "-tls1_2 -groups P-384")).Connected);
        Assert.False((await OpenSslClient.RequestAsync(port, "-tls1_1 -cipher ALL:@SECLEVEL=0")).Connected);
    }

    private static string Read(string path) => File.ReadAllText(Repository.Path(path));

    [GeneratedRegex(@"^([a-z_:0-9]+)\{", RegexOptions.Multiline)]
    private static partial Regex SampleName();

    [GeneratedRegex(@"^# TYPE (\S+)", RegexOptions.Multiline)]
    private static partial Regex Family();

    [GeneratedRegex(@"[{,]([a-z_0-9]+)=""")]
    private static partial Regex LabelName();

    [GeneratedRegex(@"\b(?:fsp|dotnet)_[a-z_0-9]+\b")]
    private static partial Regex MetricInText();

    [GeneratedRegex(@"^\| `((?:fsp|dotnet|target)_[a-z_0-9]+)` \|", RegexOptions.Multiline)]
    private static partial Regex HandbookMetric();
}
