using System.Globalization;
using System.Text.Json;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Bench;

/// <summary><c>fsp bench</c>, run as operators run it, against the proxy.</summary>
[Collection(Undisturbed.Name)]
public class BenchCommandTests(ProxyFixture proxy)
{
    private string Target => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{proxy.Port}");

    [Theory]
    [InlineData("--tls 1.3 --cert ecdsa", "TLS 1.3 ECDSA X25519")]
    [InlineData("--tls 1.3 --cert rsa --group P-256 --cipher TLS_AES_256_GCM_SHA384", "TLS 1.3 RSA-PSS P-256")]
    [InlineData("--tls 1.2 --cert rsa --cipher ECDHE-RSA-AES256-GCM-SHA384", "TLS 1.2 RSA-PSS X25519")]
    public async Task Bench_WhatIsAskedFor_IsWhatIsAgreedOn(string options, string expected)
    {
        using var result = await MeasureAsync(options);

        var root = result.RootElement;
        Assert.Equal("fsp-bench/1", root.GetProperty("schema").GetString());
        Assert.True(root.GetProperty("counts").GetProperty("done").GetInt64() > 0);
        Assert.Equal(0, root.GetProperty("counts").GetProperty("errors").GetInt64());
        var agreed = Assert.Single(root.GetProperty("negotiated").EnumerateArray());
        Assert.Equal(expected,
            $"{agreed.GetProperty("version")} {agreed.GetProperty("signature")} {agreed.GetProperty("group")}");
        var asked = options.Split(' ');
        if (asked.Contains("--cipher"))
            Assert.Contains("AES_256_GCM_SHA384", agreed.GetProperty("cipherSuite").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_Resume_UsesEachTicketOnceAndKeepsFullOnesApart()
    {
        using var result = await MeasureAsync("--resume --warmup 0s --duration 1s");

        var counts = result.RootElement.GetProperty("counts");
        Assert.Equal(0, counts.GetProperty("errors").GetInt64());
        Assert.Equal(4, counts.GetProperty("full").GetInt64());
        Assert.True(counts.GetProperty("resumed").GetInt64() > 4, counts.ToString());
        Assert.Equal("/", result.RootElement.GetProperty("parameters").GetProperty("request").GetString());
        Assert.Equal(
            ["fullHandshake", "resumedHandshake", "response"],
            result.RootElement.GetProperty("latencies").EnumerateArray().Select(each => each.GetProperty("what").GetString()));
    }

    [Fact]
    public async Task Bench_OpenLoop_KeepsToTheRate()
    {
        using var result = await MeasureAsync("--rate 50 --duration 1s");

        var root = result.RootElement;
        Assert.Equal(0, root.GetProperty("counts").GetProperty("errors").GetInt64());
        Assert.Equal(50, root.GetProperty("counts").GetProperty("done").GetInt64());
        Assert.Equal(50, root.GetProperty("openLoop").GetProperty("askedPerSecond").GetDouble());
    }

    [Fact]
    public async Task Bench_RightAndWrongRoots_VerifiesTheChain()
    {
        using var other = new TestAuthority();
        var wrong = proxy.Directory.Write("other-root.pem", other.RootPem);

        using var good = await MeasureAsync($"--ca {proxy.RootPath} --server-name {ProxyFixture.DefaultName}");
        var bad = await RunAsync($"--ca {wrong} --server-name {ProxyFixture.DefaultName} --json");

        Assert.True(good.RootElement.GetProperty("parameters").GetProperty("chainVerified").GetBoolean());
        Assert.Equal(1, bad.ExitCode);
        using var result = JsonDocument.Parse(bad.Output);
        var error = Assert.Single(result.RootElement.GetProperty("errors").EnumerateArray());
        Assert.Equal("handshake", error.GetProperty("kind").GetString());
        Assert.Contains("certificate verify failed", error.GetProperty("example").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_UnknownName_CountsTheAlertAndExitsWithOne()
    {
        var result = await RunAsync("--server-name nobody.example.test");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("alert: unrecognized name", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_CompareWithItself_WritesReportAndPage()
    {
        var earlier = proxy.Directory.Write("earlier.json", (await RunAsync("--json")).Output);
        var page = proxy.Directory.File("page.html");

        var result = await RunAsync($"--connections 5 --compare {earlier} --html {page}");

        // Whether so short a run is worse is left to chance; that it is judged is not.
        Assert.True(result.ExitCode is 0 or 1, result.Text);
        Assert.Matches(@"throughput\s.*(within|outside) the noise", result.Output);
        Assert.Contains("connections: 4 before, 5 now", result.Output, StringComparison.Ordinal);
        Assert.Contains("full handshake, ms", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", result.Output, StringComparison.Ordinal);
        Assert.Contains("</html>", await File.ReadAllTextAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_CompareWithSomethingElse_IsUsage()
    {
        var result = await RunAsync($"--compare {proxy.ConfigurationPath}");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("fsp-bench/1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_UnknownCipher_IsUsage()
    {
        var result = await RunAsync("--cipher NO_SUCH_SUITE");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("NO_SUCH_SUITE", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_NobodyThere_CouldNotRun()
    {
        var result = await FspProcess.RunAsync(
            ["bench", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}")]);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("refused", result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Bench_Interrupted_PrintsWhatWasMeasured()
    {
        await using var server = new ScriptedServer(ScriptedServer.ShakeHandsAsync);
        var target = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port}");
        await using var process = FspProcess.Start(
            ["bench", target, "--duration", "60s", "--warmup", "0s", "--connections", "2"]);
        await server.WaitForArrivalsAsync(20);

        var exitCode = await process.StopAsync("INT");

        Assert.True(exitCode == 0, string.Join('\n', process.Lines));
        Assert.Contains(process.Lines, line => line.Contains("Interrupted", StringComparison.Ordinal));
        Assert.Contains(process.Lines, line => line.Contains("throughput", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sign_WithHandshakes_SaysWhatPartTheyReach()
    {
        var result = await FspProcess.RunAsync(
            ["bench", "sign", "--config", proxy.ConfigurationPath, "--certificate", "web-rsa", "--sessions", "2",
                "--duration", "300ms", "--handshakes", Target, "--json"],
            environment: proxy.Token.Environment);

        Assert.True(result.ExitCode == 0, result.Text);
        using var document = JsonDocument.Parse(result.Output);
        var root = document.RootElement;
        Assert.Equal("fsp-bench-sign/1", root.GetProperty("schema").GetString());
        Assert.Equal([1, 2], root.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("sessions").GetInt32()));
        Assert.All(root.GetProperty("steps").EnumerateArray(), step => Assert.True(step.GetProperty("perSecond").GetDouble() > 0));
        Assert.True(root.GetProperty("handshakes").GetProperty("part").GetDouble() > 0);
        var agreed = root.GetProperty("handshakes").GetProperty("result").GetProperty("negotiated")[0];
        Assert.Equal("RSA-PSS", agreed.GetProperty("signature").GetString());
    }

    private async Task<JsonDocument> MeasureAsync(string options)
    {
        var result = await RunAsync(options + " --json");
        Assert.True(result.ExitCode == 0, result.Text);
        return JsonDocument.Parse(result.Output);
    }

    private Task<ProcessResult> RunAsync(string options)
    {
        string[] asked = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] rest = asked.Contains("--duration") ? [] : ["--duration", "500ms"];
        if (!asked.Contains("--connections") && !asked.Contains("--rate"))
            rest = [.. rest, "--connections", "4"];
        if (!asked.Contains("--warmup"))
            rest = [.. rest, "--warmup", "100ms"];
        return FspProcess.RunAsync(["bench", Target, .. asked, .. rest]);
    }
}
