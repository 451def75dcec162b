using System.Globalization;
using System.Text.Json.Nodes;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.FunctionalTests.Hardening;

namespace ForwardSecretProxy.FunctionalTests.Acme;

/// <summary>Certificates from a real authority, for keys that stay on their token, while the proxy goes on.</summary>
public sealed class AcmeTests(AcmeFixture fixture) : IClassFixture<AcmeFixture>
{
    [Theory]
    [InlineData("web", "http-01")]
    [InlineData("alpn", "tls-alpn-01")]
    public async Task Renew_ThroughTheRunningProxy_IsSwappedInWithoutADroppedConnection(string certificate, string challenge)
    {
        var name = AcmeFixture.NameOf(certificate);
        var before = CertificateChain.Load(fixture.ChainOf(certificate)).Leaf!;
        await using var open = await Http1Client.ConnectAsync(fixture.HttpsPort, name, before.Der);
        Assert.StartsWith("HTTP/1.1 200 ", await open.GetAsync("/"), StringComparison.Ordinal);
        var configuration = fixture.WriteFor(certificate, challenge);

        var swapped = fixture.Proxy.NextReloadAsync(async () =>
        {
            var result = await fixture.RenewAsync(configuration);
            Assert.True(result.ExitCode == 0, result.Text);
            Assert.StartsWith($"{certificate}: renewed, good until ", result.Output, StringComparison.Ordinal);
        });
        Assert.True(await swapped);

        var chain = CertificateChain.Load(fixture.ChainOf(certificate));
        Assert.Contains("Pebble", chain.Leaf!.Issuer, StringComparison.Ordinal);
        Assert.Equal(before.SubjectPublicKeyInfo.ToArray(), chain.Leaf.SubjectPublicKeyInfo.ToArray());
        await using var next = await Http1Client.ConnectAsync(fixture.HttpsPort, name, chain.Leaf.Der);
        Assert.StartsWith("HTTP/1.1 200 ", await next.GetAsync("/"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await open.GetAsync("/"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(fixture.Challenges));
        Assert.Equal(challenge == "tls-alpn-01",
            fixture.Proxy.Lines.Any(line => line.Contains($"challenge for {name} was answered", StringComparison.Ordinal)));

        // The next pass of the timer has nothing to do, and does nothing.
        var idle = await fixture.RenewAsync(configuration);
        Assert.True(idle.ExitCode == 0, idle.Text);
        Assert.Contains("nothing to do before", idle.Output, StringComparison.Ordinal);
        Assert.Equal(chain.Leaf.Der.ToArray(), CertificateChain.Load(fixture.ChainOf(certificate)).Leaf!.Der.ToArray());
    }

    [Fact]
    public async Task Renew_AccountKeyOnTheToken_LeavesNoKeyInAFile()
    {
        var configuration = fixture.WriteFor(AcmeFixture.Unserved, "http-01",
            account => account["AccountKey"] = $"pkcs11:token={ServingToken.Label};object=account", name: "tokened");

        var result = await fixture.RenewAsync(configuration, "--force", "--json");

        Assert.True(result.ExitCode == 0, result.Text);
        var outcome = Assert.Single(JsonNode.Parse(result.Output)!.AsArray())!;
        Assert.Equal((AcmeFixture.Unserved, "renewed"), ((string)outcome["certificate"]!, (string)outcome["result"]!));
        Assert.False(File.Exists(fixture.Directory.File("acme-tokened.key")));
    }

    [Fact]
    public async Task Renew_ExternalAccount_IsBoundAndAskedFor()
    {
        await using var pebble = await Pebble.StartAsync(
            fixture.Directory, fixture.Authority, fixture.HttpPort, fixture.HttpsPort, wantsExternalAccount: true);
        var without = await fixture.RenewAsync(fixture.WriteFor(AcmeFixture.Unserved, "http-01", pebble: pebble), "--force");
        Assert.Equal(1, without.ExitCode);
        Assert.Contains("ExternalAccount", without.Output, StringComparison.Ordinal);

        var configuration = fixture.WriteFor(AcmeFixture.Unserved, "http-01", account => account["ExternalAccount"] = new JsonObject
        {
            ["KeyId"] = "kid-1",
            ["KeyFile"] = fixture.Directory.File("eab.key"),
        }, pebble: pebble);
        fixture.Directory.Write("eab.key", Pebble.ExternalSecret.Replace('z', 'Z'));
        Assert.Equal(1, (await fixture.RenewAsync(configuration, "--force")).ExitCode);

        fixture.Directory.Write("eab.key", Pebble.ExternalSecret);
        var with = await fixture.RenewAsync(configuration, "--force");
        Assert.True(with.ExitCode == 0, with.Text);
    }

    [Theory]
    [InlineData("http-01")]
    [InlineData("tls-alpn-01")]
    public async Task Renew_AnswerNotFound_SaysSoAndLeavesTheChain(string challenge)
    {
        // In a folder in which the running proxy does not look: the control of the tests above, too.
        var configuration = fixture.WriteFor(
            AcmeFixture.Unserved, challenge, folder: fixture.Directory.File("elsewhere"), name: "new-" + challenge);
        await File.WriteAllTextAsync(fixture.ChainOf(AcmeFixture.Unserved), await File.ReadAllTextAsync(fixture.ChainOf("web")));
        var chain = await File.ReadAllBytesAsync(fixture.ChainOf(AcmeFixture.Unserved));

        var result = await fixture.RenewAsync(configuration, "--force");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"could not see that other.example.test is ours, by {challenge}: ", result.Output, StringComparison.Ordinal);
        Assert.Equal(chain, await File.ReadAllBytesAsync(fixture.ChainOf(AcmeFixture.Unserved)));
    }

    [Fact]
    public async Task Renew_UnknownAuthorityOfTheDirectory_IsNotTalkedTo()
    {
        var result = await fixture.RenewAsync(fixture.WriteFor(AcmeFixture.Unserved, "http-01", account => account.Remove("CaFile")), "--force");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("localhost could not be asked", result.Output, StringComparison.Ordinal);
        Assert.Contains("certificate", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DueCertificate_IsRenewedAndThenItWaits()
    {
        var configuration = fixture.WriteFor(AcmeFixture.Unserved, "tls-alpn-01");
        var state = fixture.ChainOf(AcmeFixture.Unserved) + ".acme.json";
        File.Delete(fixture.ChainOf(AcmeFixture.Unserved));
        File.Delete(state);
        await using var fsp = FspProcess.Start(["acme", "run", "--config", configuration], fixture.Token.Environment);

        await fsp.WaitForLineAsync(line => line.Contains("[1121]", StringComparison.Ordinal));

        // It has had the PIN and the account's key in its memory; this process, which has neither, is as processes are.
        Assert.Contains("NoNewPrivs:\t1", await File.ReadAllLinesAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{fsp.Id}/status")));
        Assert.Contains("NoNewPrivs:\t0", await File.ReadAllLinesAsync("/proc/self/status"));
        Assert.Equal(["0", "0"], ProcessLimitTests.CoreLimits(fsp.Id));
        Assert.Equal(0, await fsp.StopAsync());
        Assert.NotNull(JsonNode.Parse(await File.ReadAllTextAsync(state))!["renewAt"]);
    }
}
