using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Cli;

/// <summary>From a key on the token to an installed certificate, each step judged by openssl.</summary>
public sealed class CertificateCommandTests(TokenDirectoryFixture fixture) : IClassFixture<TokenDirectoryFixture>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ec-p256", "ecdsa-with-SHA256")]
    [InlineData("ec-p384", "ecdsa-with-SHA384")]
    [InlineData("rsa-2048", "sha256WithRSAEncryption")]
    public async Task Csr_EveryKindOfKey_IsARequestThatOpenSslVerifies(string type, string signature)
    {
        await GenerateAsync($"csr-{type}", type);

        var request = await RunAsync(
            $"csr-{type}", "csr", "--subject", "CN=www.example.test,O=Example", "--dns", "www.example.test", "--dns", "bücher.example");

        Assert.True(request.ExitCode == 0, request.Text);
        var read = await ProcessRunner.RunAsync("openssl", ["req", "-verify", "-noout", "-text"], request.Output);
        Assert.Contains("verify OK", read.Text, StringComparison.Ordinal);
        Assert.Contains(signature, read.Text, StringComparison.Ordinal);
        Assert.Matches("O ?= ?Example", read.Text);
        Assert.Contains("DNS:www.example.test, DNS:xn--bcher-kva.example", read.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csr_KeyThatIsNotSignOnly_IsRefused()
    {
        await fixture.RunPkcs11ToolAsync("--keypairgen", "--key-type", "EC:prime256v1", "--label", "generic", "--id", "78");

        var request = await RunAsync("generic", "csr", "--dns", "www.example.test");

        Assert.NotEqual(0, request.ExitCode);
        Assert.Empty(request.Output);
        Assert.Contains("CKA_DERIVE", request.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SelfSign_IsACertificateThatOpenSslVerifies()
    {
        await GenerateAsync("self", "ec-p256");

        var certificate = await RunAsync("self", "cert", "self-sign", "--dns", "localhost", "--ip", "127.0.0.1");

        Assert.True(certificate.ExitCode == 0, certificate.Text);
        var file = _directory.Write("self.pem", certificate.Output);
        var verified = await ProcessRunner.RunAsync(
            "openssl", ["verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "localhost", "-CAfile", file, file]);
        Assert.True(verified.ExitCode == 0, verified.Text);
    }

    [Fact]
    public async Task Status_WrongPin_IsGivenOnceAndNotEveryDay()
    {
        var configuration = _directory.Write("wrong-pin.json", JsonSerializer.Serialize(new
        {
            Tokens = new
            {
                main = new { SoftHsmEnvironment.Module, TokenDirectoryFixture.Label, PinFile = _directory.Write("wrong", "not-the-pin") },
            },
            Certificates = new { web = new { Chain = _directory.File("none.pem"), Key = "pkcs11:object=web" } },
            Listeners = new { web = new { Address = "127.0.0.1:443", Certificates = (string[])["web"] } },
        }));

        Assert.Contains("refused the login", await StatusAsync(), StringComparison.Ordinal);
        var second = await StatusAsync();
        Assert.Contains("given none for this", second, StringComparison.Ordinal);
        Assert.DoesNotContain("refused the login", second, StringComparison.Ordinal);

        // The right one sets the token's count back, which is what lets it be asked again.
        Assert.Equal(0, (await fixture.RunOnTokenAsync("key", "list")).ExitCode);
        Assert.Contains("refused the login", await StatusAsync(), StringComparison.Ordinal);
        Assert.Equal(0, (await fixture.RunOnTokenAsync("key", "list")).ExitCode);

        async Task<string> StatusAsync()
        {
            var result = await fixture.RunAsync("cert", "status", "--config", configuration, "--json");
            Assert.True(result.ExitCode == 3, result.Text);
            return result.Output;
        }
    }

    [Fact]
    public async Task Import_CertificateOfTheKey_ReplacesTheOldOne()
    {
        var target = _directory.Write("web.pem", "the old one");
        var chain = await IssueAsync("import", "www.example.test");

        var imported = await RunAsync("import", "cert", "import", chain, "--to", target);

        Assert.True(imported.ExitCode == 0, imported.Text);
        using var installed = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(target));
        Assert.True(installed.MatchesHostname("www.example.test"));
        Assert.Equal("the old one", await File.ReadAllTextAsync(target + ".previous"));
    }

    [Fact]
    public async Task Import_CertificateOfAnotherKey_LeavesTheOldOneUntouched()
    {
        var target = _directory.Write("web.pem", "the old one");
        var chain = await IssueAsync("other", "www.example.test");
        await GenerateAsync("mine", "ec-p256");

        var imported = await RunAsync("mine", "cert", "import", chain, "--to", target);

        Assert.NotEqual(0, imported.ExitCode);
        Assert.Contains("key", imported.Text, StringComparison.Ordinal);
        Assert.Equal("the old one", await File.ReadAllTextAsync(target));
        Assert.Equal(["chain.pem", "web.pem"], Directory.GetFiles(_directory.Path).Select(Path.GetFileName).Order());
    }

    private async Task<string> IssueAsync(string key, string name)
    {
        var publicKey = await GenerateAsync(key, "ec-p256");
        using var authority = new TestAuthority();
        return _directory.Write("chain.pem", authority.Issue(publicKey, name));
    }

    private async Task<byte[]> GenerateAsync(string key, string type)
    {
        var generated = await fixture.RunOnTokenAsync("key", "generate", "--key-label", key, "--type", type);
        Assert.True(generated.ExitCode == 0, generated.Text);
        var lines = generated.Output.Split('\n').Where(line => !line.StartsWith('-'));
        return Convert.FromBase64String(string.Concat(lines));
    }

    private Task<ProcessResult> RunAsync(string key, params string[] command) => fixture.RunAsync(
        [.. command, "--pin-file", fixture.PinFile,
            "--key", $"pkcs11:token={TokenDirectoryFixture.Label};object={key}"]);
}
