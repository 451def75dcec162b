using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Admin;

/// <summary><c>fsp status</c> against a running proxy, and against none.</summary>
[Collection(OwnProxy.Name)]
public sealed class StatusCommandTests(ProxyFixture proxy) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Status_OfARunningProxy_IsWhatThePageShows()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);
        Assert.True((await OpenSslClient.RequestAsync(admin.Port)).Connected);

        var byFile = await FspProcess.RunAsync(["status", "--config", admin.ConfigurationPath]);
        var byAddress = await FspProcess.RunAsync(["status", "--admin", admin.Address, "--json"]);

        Assert.True(byFile.ExitCode == 0, byFile.Text);
        foreach (var shown in (string[])["ready", "X25519", "TLS_AES_128_GCM_SHA256", "pkcs11:token=fsp;object=web-ecdsa", "CKA_LOCAL", "SoftHSM"])
            Assert.Contains(shown, byFile.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', byFile.Output);
        Assert.True(byAddress.ExitCode == 0, byAddress.Text);
        var document = JsonNode.Parse(byAddress.Output)!;
        Assert.Equal("ready", (string?)document["state"]);
        Assert.Equal(1, (int?)document["load"]!["connectionsAccepted"]);
        Assert.Equal(60, document["history"]!["counts"]!["version"]![0]!["perMinute"]!.AsArray().Count);
    }

    [Fact]
    public async Task Status_IsolatedSigner_ShowsWhatItDidWithEachKey()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory, change: configuration => configuration.With("Signer", "isolated"));
        for (var i = 0; i < 3; i++) Assert.True((await OpenSslClient.RequestAsync(admin.Port, "-tls1_3 -sigalgs RSA-PSS+SHA256")).Connected);

        var shown = await FspProcess.RunAsync(["status", "--admin", admin.Address]);
        var document = JsonNode.Parse((await FspProcess.RunAsync(["status", "--admin", admin.Address, "--json"])).Output)!;

        Assert.Contains("pkcs11:token=fsp;object=web-ecdsa: its signer has signed", shown.Output, StringComparison.Ordinal);
        var keys = document["tokens"]![0]!["keys"]!.AsArray();
        var rsa = keys.Single(key => ((string?)key!["key"])!.EndsWith("object=web-rsa", StringComparison.Ordinal))!;
        // Besides the clients' there are those by which the proxy knows that it is ready.
        Assert.True((long?)rsa["signatures"] >= 3, rsa.ToJsonString());
        Assert.Equal((0L, 0L, 0L), ((long?)rsa["refused"], (long?)rsa["limited"], (long?)rsa["failed"]));
    }

    [Fact]
    public async Task Status_OverASocket_Answers()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory, $"unix:{_directory.File("admin.sock")}");

        Assert.Equal(0, (await FspProcess.RunAsync(["status", "--admin", admin.Address])).ExitCode);
        Assert.Equal(0, (await FspProcess.RunAsync(["status", "--config", admin.ConfigurationPath])).ExitCode);
    }

    [Fact]
    public async Task Status_Warnings_AreFindings()
    {
        var almostOver = _directory.Write("short.pem", proxy.Authority.Issue(
            proxy.RsaPublicKey, TimeSpan.FromHours(10), TimeSpan.FromHours(2), ProxyFixture.DefaultName));
        await using var admin = await AdminProxy.StartAsync(proxy, _directory,
            change: configuration => configuration.With("Certificates:web-rsa:Chain", almostOver));

        var status = await FspProcess.RunAsync(["status", "--admin", admin.Address]);

        Assert.Equal(1, status.ExitCode);
        Assert.Contains("certificate web-rsa: It expires on", status.Output, StringComparison.Ordinal);
        // Once, though the start has found it, too.
        Assert.Single(status.Output.Split('\n'), line => line.Contains("expires on", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(3, "--admin", "127.0.0.1:1")]
    [InlineData(3, "--admin", "unix:/nowhere/admin.sock")]
    [InlineData(2, "--admin", "localhost:9090")]
    [InlineData(2)]
    [InlineData(2, "--config", "/nowhere/fsp.json")]
    public async Task Status_NobodyToAsk_SaysWhy(int exitCode, params string[] options)
    {
        var status = await FspProcess.RunAsync(["status", .. options]);

        Assert.Equal(exitCode, status.ExitCode);
        Assert.Contains("fsp: ", status.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", status.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_NoAdminSection_IsAUsageError()
    {
        var status = await FspProcess.RunAsync(["status", "--config", proxy.ConfigurationPath]);

        Assert.Equal(2, status.ExitCode);
        Assert.Contains("Admin", status.Text, StringComparison.Ordinal);
    }
}
