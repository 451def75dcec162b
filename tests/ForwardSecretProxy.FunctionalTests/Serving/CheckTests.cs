using System.Security.Cryptography;
using System.Text.Json;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Serving;

/// <summary>What <c>fsp check</c> says, which is what keeps <c>fsp serve</c> from starting.</summary>
[Collection(RunningProxy.Name)]
public sealed class CheckTests(ProxyFixture proxy) : IDisposable
{
    private const int ConfigurationError = 2;
    private const string First = "web-ecdsa";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("check")]
    [InlineData("serve")]
    public async Task Check_CertificateOfAnotherKey_IsRefusedByBoth(string command)
    {
        using var authority = new TestAuthority();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var chain = _directory.Write("other.pem", authority.Issue(other.ExportSubjectPublicKeyInfo(), "web.example.test"));
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With($"Certificates:{First}:Chain", chain);

        var result = await RunAsync(command, configuration);

        Assert.Equal(ConfigurationError, result.ExitCode);
        Assert.Contains($"Certificates:{First}", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ManyKindsOfProblems_AreAllInTheJsonWithPathAndMend()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("Tls:Profil", "modern")
            .With("Tls:Limits:HandshakeTimeout", "soon")
            .With("Certificates:gone:Chain", "no-such-file.pem")
            .With("Certificates:gone:Key", "pkcs11:token=fsp;object=web;pin-value=1234")
            .With("Listeners:mail:Address", "127.0.0.1:0")
            .With("Listeners:mail:Protocol", "gopher")
            .With("Tokens:second:Module", "/no/such/module.so")
            .With("Tokens:second:Label", "second");

        var result = await RunAsync("check", configuration, "--json");

        Assert.Equal(ConfigurationError, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        var problems = json.RootElement.GetProperty("problems").EnumerateArray().ToList();
        var paths = problems.Select(problem => problem.GetProperty("path").GetString()!).ToList();
        foreach (var path in (string[])
            ["Tls:Profil", "Tls:Limits:HandshakeTimeout", "Certificates:gone:Chain", "Certificates:gone:Key", "Listeners:mail:Protocol", "Tokens:second"])
            Assert.Contains(path, paths);
        Assert.All(problems, problem => Assert.NotEmpty(problem.GetProperty("mend").GetString()!));
        Assert.DoesNotContain("1234", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ClientCertificates_NamesTheKeyAndTheMend()
    {
        using var authority = new ClientAuthority(_directory, "Clients");
        authority.Issue("client");
        _directory.Write("ca.pem", authority.RootPem);
        using var others = new ClientAuthority(_directory, "Others");
        _directory.Write("others.crl", others.RevocationList(DateTimeOffset.UtcNow.AddDays(1)));
        _directory.Write("overdue.crl", authority.RevocationList(DateTimeOffset.UtcNow.AddDays(-1)));
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("Listeners:https:ClientCertificates:Mode", "required");

        foreach (var (authorities, list, key, message) in ((string, string?, string, string)[])
        [
            ("gone.pem", null, "CaFile", "gone.pem does not exist. Correct the path"),
            ("client.pem", null, "CaFile", "\"CN=client\" is not the certificate of a CA. Give the certificate of the CA"),
            ("client.key", null, "CaFile", "holds a private key"),
            ("ca.pem", "others.crl", "CrlFile", "has no revocation list of \"CN=Clients root\""),
            ("ca.pem", "ca.pem", "CrlFile", "holds a block \"CERTIFICATE\""),
        ])
        {
            configuration.With("Listeners:https:ClientCertificates:CaFile", authorities);
            if (list is not null) configuration.With("Listeners:https:ClientCertificates:CrlFile", list);
            var result = await RunAsync("check", configuration);

            Assert.Equal(ConfigurationError, result.ExitCode);
            Assert.Contains($"Listeners:https:ClientCertificates:{key}", result.Text, StringComparison.Ordinal);
            Assert.Contains(message, result.Text.ReplaceLineEndings(" "), StringComparison.Ordinal);
        }

        Assert.Equal(ConfigurationError, (await RunAsync("serve", configuration)).ExitCode);

        configuration.With("Listeners:https:ClientCertificates:CrlFile", "overdue.crl");
        var warned = await RunAsync("check", configuration);
        Assert.Equal(1, warned.ExitCode);
        Assert.Contains("was due to be renewed", warned.Text.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    private Task<ProcessResult> RunAsync(string command, ProxyConfiguration configuration, params string[] more) =>
        FspProcess.RunAsync(
            [command, "--config", configuration.WriteTo(_directory), .. more], environment: proxy.Token.Environment);
}
