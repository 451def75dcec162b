using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Cli;
using ForwardSecretProxy.FunctionalTests.Cli;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.FunctionalTests.Dane;

/// <summary><c>fsp tlsa</c> against zones and a resolver that verifies them; openssl says what the records should be.</summary>
public sealed class TlsaCommandTests(DnsFixture dns, TokenDirectoryFixture token)
    : IClassFixture<DnsFixture>, IClassFixture<TokenDirectoryFixture>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ecdsa.pem")]
    [InlineData("rsa.pem")]
    public async Task Print_Certificate_IsWhatOpenSslMakesOfItsKey(string file)
    {
        var (code, output, _) = await RunAsync(dns.PathOf(file));

        Assert.Equal(ExitCode.AllWell, code);
        Assert.Equal($"; {file}\n_25._tcp.mail.signed.test. 3600 IN TLSA {await dns.RecordAsync(file)}\n", output);
    }

    [Fact]
    public async Task Print_NextKeyWithoutACertificate_IsThatOfItsLaterCertificate()
    {
        var (code, output, _) = await RunAsync("--next", dns.PathOf("next.pub.pem"), "--name", "Imap.example.org.",
            "--port", "993", "--ttl", "60");

        Assert.Equal(ExitCode.AllWell, code);
        Assert.Equal($"; next: next.pub.pem\n_993._tcp.imap.example.org. 60 IN TLSA {await dns.RecordAsync("next.pem")}\n", output);
    }

    [Fact]
    public async Task Print_NextKeyOnAToken_PassesTheGateAndIsThatOfThePublicKey()
    {
        var generated = await token.RunOnTokenAsync("key", "generate", "--key-label", "mail-2");
        Assert.True(generated.ExitCode == 0, generated.Text);
        var publicKey = _directory.Write("mail-2.pub.pem", generated.Output);
        var configuration = _directory.Write("fsp.json", Configuration("ecdsa.pem"));
        var expected = (await RunAsync("--next", publicKey, "--name", "mail.signed.test")).Output.Split('\n')[1];

        string[] named = ["--next-key", $"pkcs11:token={TokenDirectoryFixture.Label};object=mail-2", "--name", "mail.signed.test"];
        var written = await token.RunAsync(["tlsa", dns.PathOf("ecdsa.pem"), .. named, "--pin-file", token.PinFile]);
        var configured = await token.RunAsync(["tlsa", "--config", configuration, .. named]);

        Assert.True(written.ExitCode == 0, written.Text);
        Assert.EndsWith($"object=mail-2\n{expected}\n", written.Output, StringComparison.Ordinal);
        Assert.True(configured.ExitCode == 0, configured.Text);
        Assert.EndsWith($"object=mail-2\n{expected}\n", configured.Output, StringComparison.Ordinal);
        Assert.Contains($"TLSA {await dns.RecordAsync("ecdsa.pem")}\n", configured.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Print_NextKeyThatCouldLeaveItsToken_IsRefused()
    {
        await token.RunPkcs11ToolAsync("--keypairgen", "--key-type", "EC:prime256v1", "--label", "loose", "--id", "79", "--extractable");

        var result = await token.RunAsync("tlsa", "--name", "mail.signed.test", "--pin-file", token.PinFile,
            "--next-key", $"pkcs11:token={TokenDirectoryFixture.Label};object=loose");

        Assert.True(result.ExitCode == ExitCode.Findings, result.Text);
        Assert.Empty(result.Output);
        Assert.Contains("CKA_EXTRACTABLE", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mail.signed.test", "ecdsa.pem", "")]
    [InlineData("alias.signed.test", "ecdsa.pem", "")]
    [InlineData("whole.signed.test", "ecdsa.pem", "")]
    [InlineData("both.signed.test", "ecdsa.pem rsa.pem", "")]
    [InlineData("rollover.signed.test", "ecdsa.pem", "next.pub.pem")]
    // After the switch, with the old record still there for whoever has the old answer.
    [InlineData("rollover.signed.test", "next.pem", "ecdsa.pem")]
    public async Task Check_AllThatIsNeededIsPublished_IsAllWell(string host, string files, string next)
    {
        var (code, check) = await CheckAsync(host, files, next);

        Assert.True(code == ExitCode.AllWell, check.GetRawText());
        Assert.True(check.GetProperty("authenticated").GetBoolean());
        Assert.Equal(DnsFixture.Ttl, check.GetProperty("ttl").GetInt32());
        Assert.All(check.GetProperty("published").EnumerateArray(), record => Assert.NotEqual(0, record.GetProperty("keys").GetArrayLength()));
    }

    [Theory]
    [InlineData("mail.unsigned.test", "ecdsa.pem", "", "notAuthenticated")]
    [InlineData("none.unsigned.test", "ecdsa.pem", "", "notAuthenticated noRecords")]
    [InlineData("mail.bogus.test", "ecdsa.pem", "", "lookupFailed")]
    [InlineData("none.signed.test", "ecdsa.pem", "", "noRecords")]
    [InlineData("old.signed.test", "ecdsa.pem", "", "certificateNotCovered staleRecord")]
    [InlineData("mail.signed.test", "ecdsa.pem rsa.pem", "", "certificateNotCovered")]
    [InlineData("mail.signed.test", "ecdsa.pem", "next.pub.pem", "nextKeyNotPublished")]
    [InlineData("mail.signed.test", "", "next.pub.pem", "nextKeyNotPublished")]
    [InlineData("rollover.signed.test", "ecdsa.pem", "", "staleRecord")]
    [InlineData("odd.signed.test", "ecdsa.pem", "", "unusableRecord unusableRecord unusableRecord")]
    public async Task Check_SomethingIsWrong_IsFoundWithItsMend(string host, string files, string next, string kinds)
    {
        var (code, check) = await CheckAsync(host, files, next);

        Assert.Equal(ExitCode.Findings, code);
        var findings = check.GetProperty("findings").EnumerateArray().ToList();
        Assert.Equal(kinds.Split(' '), findings.Select(finding => finding.GetProperty("kind").GetString()));
        Assert.All(findings, finding => Assert.NotEmpty(finding.GetProperty("mend").GetString()!));
    }

    [Fact]
    public async Task Check_MissingRecord_IsNamedAsItHasToBePublished()
    {
        var (code, output, _) = await RunAsync(dns.PathOf("ecdsa.pem"), "--next", dns.PathOf("next.pub.pem"), "--check",
            "--name", "mail.signed.test", "--resolver", Resolver, "--ttl", "7200");

        Assert.Equal(ExitCode.Findings, code);
        Assert.Contains("1 record, TTL 300 s, authenticated", output, StringComparison.Ordinal);
        Assert.Contains($"{await dns.RecordAsync("ecdsa.pem")}  ecdsa.pem", output, StringComparison.Ordinal);
        Assert.Contains($"Publish _25._tcp.mail.signed.test. 7200 IN TLSA {await dns.RecordAsync("next.pem")} beside the others, and switch keys "
            + "no sooner than 300 s", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_MoreThanOnePacket_ComesByTcp()
    {
        var (code, check) = await CheckAsync("many.signed.test", "ecdsa.pem", "");

        Assert.Equal(ExitCode.Findings, code);
        Assert.Equal(61, check.GetProperty("published").GetArrayLength());
        Assert.Equal(60, check.GetProperty("findings").GetArrayLength());
    }

    [Fact]
    public async Task Check_Configuration_HoldsWhatTheListenersOfThePortPresentForTheName()
    {
        var both = _directory.Write("both.json", Configuration("ecdsa.pem", "rsa.pem"));
        var one = _directory.Write("one.json", Configuration("ecdsa.pem"));
        string[] options = ["--check", "--resolver", Resolver];

        var covered = await RunAsync(["--config", one, "--name", "mail.signed.test", .. options]);
        var lacking = await RunAsync(["--config", both, .. options]);
        var nobody = await RunAsync(["--config", both, "--name", "www.signed.test"]);
        var chosen = await RunAsync(["--config", both, "--name", "both.signed.test", "--certificate", "RSA", "--json"]);

        Assert.True(covered.Code == ExitCode.AllWell, covered.Output + covered.Error);
        Assert.Equal(ExitCode.Findings, lacking.Code);
        Assert.Contains("no record is for certificate \"rsa\", which is in use", lacking.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, nobody.Code);
        Assert.Contains("no listener has a certificate for www.signed.test. Names there: mail.signed.test", nobody.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.AllWell, chosen.Code);
        Assert.Contains(await dns.RecordAsync("rsa.pem"), chosen.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(await dns.RecordAsync("ecdsa.pem"), chosen.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WhileAKeyIsChanged_HoldsBothKeysWithoutBeingTold()
    {
        string[] check = ["--config", _directory.Write("fsp.json", Configuration("ecdsa.pem").Replace(
            dns.PathOf("ecdsa.pem"), _directory.File("mail.pem"), StringComparison.Ordinal)), "--name", "rollover.signed.test",
            "--certificate", "ecdsa", "--check", "--resolver", Resolver];
        var (old, next) = (KeyOf("ecdsa.pem"), KeyOf("next.pem"));

        // The control: nobody knows of a next key.
        Install("ecdsa.pem");
        Assert.Contains("matches no key", (await RunAsync(check)).Output, StringComparison.Ordinal);

        var begun = new RotationState { Next = new NextKey("02", DateTimeOffset.UtcNow, "mail.csr", next) }.Settle(old, DateTimeOffset.UtcNow);
        RotationFile.Save(_directory.File("mail.pem"), begun);
        var before = await RunAsync(check);
        Assert.True(before.Code == ExitCode.AllWell, before.Output + before.Error);
        Assert.Contains($"next: {next} key of certificate \"ecdsa\"", before.Output, StringComparison.Ordinal);

        Install("next.pem");
        var after = await RunAsync(check);
        Assert.True(after.Code == ExitCode.AllWell, after.Output + after.Error);
        Assert.Contains($"before: {old} key of certificate \"ecdsa\"", after.Output, StringComparison.Ordinal);
        var printed = await RunAsync(check[..6]);
        Assert.Contains(await dns.RecordAsync("ecdsa.pem"), printed.Output, StringComparison.Ordinal);
        Assert.Contains(await dns.RecordAsync("next.pem"), printed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_SilentResolver_CannotRunInBoundedTime()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var address = silent.Client.LocalEndPoint!.ToString()!;

        var (code, output, error) = await RunAsync(
            dns.PathOf("ecdsa.pem"), "--check", "--resolver", address, "--timeout", "400ms").WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(ExitCode.CouldNotRun, code);
        Assert.Empty(output);
        Assert.Contains($"{address} did not answer within 0.4 s", error, StringComparison.Ordinal);
        Assert.True(silent.Available > 0, "It was asked.");
    }

    private string Resolver => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{dns.ResolverPort}");

    private async Task<(int Code, JsonElement Check)> CheckAsync(string host, string files, string next)
    {
        var paths = files.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(dns.PathOf);
        var nexts = next.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(file => (string[])["--next", dns.PathOf(file)]);
        var (code, output, error) = await RunAsync(
            [.. paths, .. nexts, "--name", host, "--check", "--resolver", Resolver, "--json"]);
        Assert.True(error.Length == 0, error);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(code == ExitCode.AllWell, json.RootElement.GetProperty("ok").GetBoolean());
        return (code, Assert.Single(json.RootElement.GetProperty("services").EnumerateArray()).Clone());
    }

    private void Install(string file) => File.Copy(dns.PathOf(file), _directory.File("mail.pem"), overwrite: true);

    private SubjectPublicKey KeyOf(string file) => ConfiguredChains.KeyOf(CertificateChain.Load(dns.PathOf(file)))!;

    /// <summary>One listener on port 25 with certificates named after their files, and one elsewhere that must not count.</summary>
    private string Configuration(params string[] files)
    {
        var names = files.Select(file => file.Split('.')[0]).ToList();
        return JsonSerializer.Serialize(new
        {
            Tokens = new { main = new { SoftHsmEnvironment.Module, TokenDirectoryFixture.Label, token.PinFile } },
            Certificates = names.Zip(files).Append(("other", "next.pem")).ToDictionary(
                pair => pair.Item1, pair => new { Chain = dns.PathOf(pair.Item2), Key = $"pkcs11:token=commands;object={pair.Item1}" }),
            Listeners = new
            {
                mail = new { Address = "127.0.0.1:25", Certificates = names },
                web = new { Address = "127.0.0.1:443", Certificates = (string[])["other"] },
            },
        });
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await ForwardSecretProxy.Cli.CommandLine.RunAsync(["tlsa", .. arguments], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
