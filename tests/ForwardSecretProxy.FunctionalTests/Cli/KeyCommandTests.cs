using System.Text.Json;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Cli;

public class KeyCommandTests(TokenDirectoryFixture fixture) : IClassFixture<TokenDirectoryFixture>
{
    [Theory]
    [InlineData("ec-p256", "P-256")]
    [InlineData("ec-p384", "P-384")]
    [InlineData("rsa-3072", "3072 bit")]
    public async Task Generate_EveryType_PrintsAPublicKeyThatOpenSslReads(string type, string expected)
    {
        var result = await fixture.RunOnTokenAsync("key", "generate", "--key-label", $"new-{type}", "--type", type);

        Assert.True(result.ExitCode == 0, result.Text);
        var read = await ProcessRunner.RunAsync("openssl", ["pkey", "-pubin", "-noout", "-text"], result.Output);
        Assert.Contains(expected, read.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_ThenOtherTool_SeesASignOnlyKey()
    {
        await fixture.RunOnTokenAsync("key", "generate", "--key-label", "seen");

        var listed = await fixture.RunPkcs11ToolAsync("--list-objects", "--type", "privkey");

        var key = listed.Output.Split("Private Key Object").Single(
            text => text.Contains("label:      seen", StringComparison.Ordinal));
        Assert.Matches(@"Usage:\s+sign\s*\n", key);
        Assert.Contains("sensitive, always sensitive, never extractable, local", key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_Out_WritesTheFileAndRefusesTheLabelAgain()
    {
        var file = fixture.Directory.File("once.pem");

        var first = await fixture.RunOnTokenAsync("key", "generate", "--key-label", "once", "--out", file);
        var again = await fixture.RunOnTokenAsync("key", "generate", "--key-label", "once", "--out", file);

        Assert.Equal((0, ""), (first.ExitCode, first.Output));
        Assert.StartsWith("-----BEGIN PUBLIC KEY-----", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.Equal(3, again.ExitCode);
        Assert.Contains("\"once\" on the token already", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_OwnAndForeignKey_TellsThemApart()
    {
        await fixture.RunOnTokenAsync("key", "generate", "--key-label", "own");
        await fixture.RunPkcs11ToolAsync(
            "--keypairgen", "--key-type", "EC:prime256v1", "--label", "generic", "--id", "77");

        var own = await fixture.RunOnTokenAsync("key", "verify", "--key-label", "own");
        var generic = await fixture.RunOnTokenAsync("key", "verify", "--key-label", "generic", "--json");

        Assert.Equal(0, own.ExitCode);
        Assert.Contains("pkcs11:token=commands;object=own passes.", own.Output, StringComparison.Ordinal);
        Assert.Equal(1, generic.ExitCode);
        using var reports = JsonDocument.Parse(generic.Output);
        var failing = reports.RootElement[0].GetProperty("findings").EnumerateArray()
            .Where(finding => !finding.GetProperty("passed").GetBoolean())
            .Select(finding => finding.GetProperty("check").GetString());
        Assert.Contains("CKA_DERIVE", failing);
    }

    [Fact]
    public async Task Verify_TokenWithoutPssAndWrapping_SaysWhatIsNotOfferedAndWhatDoesNotApply()
    {
        await fixture.RunOnTokenAsync("key", "generate", "--key-label", "poor", "--type", "rsa-2048");

        // SoftHSM 2.6 overlooks the first of the mechanisms it is told to leave out.
        var configuration = fixture.Directory.Write("poor.conf",
            await File.ReadAllTextAsync(SoftHsmConfiguration.PathIn(fixture.Directory))
            + "slots.mechanisms = -CKM_DSA,CKM_RSA_PKCS_PSS,CKM_AES_KEY_WRAP,CKM_AES_KEY_WRAP_PAD\n");
        var result = await FspProcess.RunAsync(
            ["key", "verify", "--key-label", "poor", "--label", TokenDirectoryFixture.Label,
                "--pin-file", fixture.PinFile, "--json"],
            environment: new Dictionary<string, string?> { [SoftHsmConfiguration.Variable] = configuration });

        Assert.True(result.ExitCode == 0, result.Text);
        using var reports = JsonDocument.Parse(result.Output);
        var report = reports.RootElement[0];
        Assert.Equal(["rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512"],
            report.GetProperty("schemes").EnumerateArray().Select(scheme => scheme.GetString()));
        Assert.Equal(3, report.GetProperty("unavailableSchemes").GetArrayLength());
        var wrapping = report.GetProperty("findings").EnumerateArray().Where(finding =>
            finding.GetProperty("check").GetString()!.StartsWith("wrapping", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(wrapping);
        Assert.All(wrapping, finding => Assert.StartsWith(
            "not applicable", finding.GetProperty("found").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_CertificateOfAnotherKey_IsAFinding()
    {
        await fixture.RunOnTokenAsync("key", "generate", "--key-label", "certified");
        using var authority = new TestAuthority();
        var file = fixture.Directory.Write("root.pem", authority.RootPem);

        var result = await fixture.RunOnTokenAsync("key", "verify", "--key-label", "certified", "--certificate", file);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("FAIL  public key", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Destroy_OnlyWithTheLabelTwice()
    {
        await fixture.RunOnTokenAsync("key", "generate", "--key-label", "doomed");

        var unasked = await fixture.RunOnTokenAsync("key", "destroy", "--key-label", "doomed");
        var differing = await fixture.RunOnTokenAsync(
            "key", "destroy", "--key-label", "doomed", "--yes-destroy", "damned");
        Assert.Contains("doomed", (await fixture.RunOnTokenAsync("key", "list")).Output, StringComparison.Ordinal);
        var destroyed = await fixture.RunOnTokenAsync(
            "key", "destroy", "--key-label", "doomed", "--yes-destroy", "doomed");

        Assert.Equal((2, 2, 0), (unasked.ExitCode, differing.ExitCode, destroyed.ExitCode));
        var left = await fixture.RunOnTokenAsync("key", "list");
        Assert.DoesNotContain("doomed", left.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Destroy_AtATerminal_AsksForTheLabel()
    {
        await fixture.RunOnTokenAsync("key", "generate", "--key-label", "asked");

        var result = await fixture.RunAtTerminalAsync("Type its label", "asked",
            "key", "destroy", "--key-label", "asked",
            "--label", TokenDirectoryFixture.Label, "--pin-file", fixture.PinFile);

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("Destroyed the key \"asked\"", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_PinTypedAtATerminal_IsNotEchoed()
    {
        var result = await fixture.RunAtTerminalAsync("User PIN", TokenDirectoryFixture.UserPin,
            "key", "list", "--label", TokenDirectoryFixture.Label);

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("URI", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(TokenDirectoryFixture.UserPin, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_TokenOfAConfiguration_IsUsed()
    {
        const string Module = SoftHsmEnvironment.Module;
        var configuration = fixture.Directory.Write("fsp.jsonc",
            $$"""{ "Tokens": { "main": { "Module": "{{Module}}", "Label": "commands", "PinFile": "pin" } } }""");

        var found = await fixture.RunAsync("key", "list", "--config", configuration, "--json");
        var unknown = await fixture.RunAsync("key", "list", "--config", configuration, "--token", "other");

        Assert.True(found.ExitCode == 0, found.Text);
        Assert.StartsWith("[", found.Output, StringComparison.Ordinal);
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("it has: main", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_PinThatOthersCanRead_CouldNotRun()
    {
        var open = fixture.Directory.Write("open", "user-pin-4711\n");
        File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        var result = await fixture.RunAsync("key", "list", "--pin-file", open);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains($"chmod 600 {open}", result.Error, StringComparison.Ordinal);
    }
}
