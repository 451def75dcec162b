using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Proxying;

/// <summary>Services that are reached over TLS: nginx and openssl, with an authority of openssl's.</summary>
[Collection(RunningProxy.Name)]
public sealed class BackendTlsTests(ProxyFixture proxy) : IAsyncLifetime, IDisposable
{
    private const string SecretPath = "/a-path-not-to-be-logged";
    private const string LogStart = "Cluster service, destination one: ";

    private readonly TemporaryDirectory _directory = new();
    private OpenSslAuthority _authority = null!;
    private (string Certificate, string Key) _server;

    public async Task InitializeAsync()
    {
        _authority = await OpenSslAuthority.CreateAsync(_directory, "authority");
        _server = await _authority.IssueAsync("server", "DNS:localhost");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("1.1", "HTTP/1.1 TLSv1.3")]
    [InlineData("2", "HTTP/2.0 TLSv1.3")]
    public async Task Certificate_OfTheAuthorityForTheName_IsAccepted(string version, string expected)
    {
        await using var nginx = await NginxTlsBackend.StartAsync(_server);
        var (answer, _) = await AskAsync(nginx.Port, configuration => configuration
            .With("Backends:service:CaFile", _authority.CaFile)
            .With("ReverseProxy:Clusters:service:HttpRequest:Version", version)
            .With("ReverseProxy:Clusters:service:HttpRequest:VersionPolicy", "RequestVersionExact"));

        Assert.StartsWith(expected, answer, StringComparison.Ordinal);
        Assert.EndsWith(" 200", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_WithItsIntermediate_IsAccepted()
    {
        var intermediate = await _authority.IssueAuthorityAsync("intermediate");
        var (certificate, key) = await intermediate.IssueAsync("below", "DNS:localhost");
        var chain = _directory.Write("chain.pem",
            await File.ReadAllTextAsync(certificate) + await File.ReadAllTextAsync(intermediate.CaFile));
        await using var nginx = await NginxTlsBackend.StartAsync((chain, key));

        var (answer, _) = await AskAsync(nginx.Port, configuration => configuration
            .With("Backends:service:CaFile", _authority.CaFile));

        Assert.EndsWith(" 200", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_SignedByItselfAndNamedAsAuthority_IsAccepted()
    {
        var (certificate, key) = (_directory.File("self.pem"), _directory.File("self.key"));
        var made = await ProcessRunner.RunAsync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=self", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]);
        Assert.True(made.ExitCode == 0, made.Text);
        await using var nginx = await NginxTlsBackend.StartAsync((certificate, key));

        var (answer, _) = await AskAsync(nginx.Port, configuration => configuration
            .With("Backends:service:CaFile", certificate));

        Assert.EndsWith(" 200", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another authority", "PartialChain")]
    [InlineData("the system's authorities", "PartialChain")]
    [InlineData("another name", "RemoteCertificateNameMismatch")]
    [InlineData("expired", "NotTimeValid")]
    [InlineData("for clients only", "NotValidForUsage")]
    public async Task Certificate_ThatIsNotToBeTrusted_IsBadGatewayAndOneLineSaysWhy(string fault, string reason)
    {
        var server = fault switch
        {
            "another name" => await _authority.IssueAsync("other", "DNS:other.example.test"),
            "expired" => await _authority.IssueAsync("old", "DNS:localhost", days: -1),
            "for clients only" => await _authority.IssueAsync("client-only", "DNS:localhost", "clientAuth"),
            _ => _server,
        };
        var another = await OpenSslAuthority.CreateAsync(_directory, "another");
        await using var nginx = await NginxTlsBackend.StartAsync(server);

        var (answer, lines) = await AskAsync(nginx.Port, configuration => fault == "the system's authorities"
            ? configuration
            : configuration.With(
                "Backends:service:CaFile", (fault == "another authority" ? another : _authority).CaFile));

        Assert.Equal(" 502", answer);
        Assert.Contains(reason, Assert.Single(lines, IsFailure), StringComparison.Ordinal);
        AssertQuiet(lines);
    }

    [Fact]
    public async Task ClientCertificate_ThatIsAskedFor_IsShown()
    {
        var (certificate, key) = await _authority.IssueAsync("proxy", "DNS:proxy", "clientAuth");
        await using var nginx = await NginxTlsBackend.StartAsync(_server, _authority.CaFile);

        var (with, _) = await AskAsync(nginx.Port, configuration => configuration
            .With("Backends:service:CaFile", _authority.CaFile)
            .With("Backends:service:ClientCertificate", certificate)
            .With("Backends:service:ClientKey", key));
        var (without, _) = await AskAsync(nginx.Port, configuration => configuration
            .With("Backends:service:CaFile", _authority.CaFile));

        Assert.EndsWith("client=CN=proxy 200", with, StringComparison.Ordinal);
        // nginx says so in HTTP, which is an answer like any other.
        Assert.EndsWith(" 400", without, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientCertificate_ThatIsMissing_IsBadGatewayAndOneLineSaysWhy()
    {
        var port = FreePort.Next();
        await using var server = ServerProcess.Start("openssl",
        [
            "s_server", "-accept", port.ToString(CultureInfo.InvariantCulture), "-www", "-Verify", "1",
            "-verify_return_error", "-CAfile", _authority.CaFile, "-cert", _server.Certificate, "-key", _server.Key,
        ]);
        await server.WaitForLineAsync(line => line.Contains("ACCEPT", StringComparison.Ordinal));

        var (answer, lines) = await AskAsync(port, configuration => configuration
            .With("Backends:service:CaFile", _authority.CaFile));

        Assert.Equal(" 502", answer);
        Assert.Contains("certificate required", Assert.Single(lines, IsFailure), StringComparison.Ordinal);
        AssertQuiet(lines);
    }

    [Fact]
    public async Task AnyCertificate_WhenThatIsConfigured_IsAcceptedWithAWarning()
    {
        await using var nginx = await NginxTlsBackend.StartAsync(_server);

        var (answer, lines) = await AskAsync(nginx.Port, configuration => configuration
            .With("ReverseProxy:Clusters:service:HttpClient:DangerousAcceptAnyServerCertificate", true));

        Assert.EndsWith(" 200", answer, StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains("warn", StringComparison.Ordinal)
            && line.Contains("DangerousAcceptAnyServerCertificate", StringComparison.Ordinal)
            && line.Contains("cluster \"service\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CaFile_ThatChanges_IsWhatCountsFromThenOn()
    {
        var another = await OpenSslAuthority.CreateAsync(_directory, "another");
        var trusted = _directory.Write("trusted.pem", await File.ReadAllTextAsync(_authority.CaFile));
        await using var nginx = await NginxTlsBackend.StartAsync(_server);
        var configuration = proxy
            .NewConfiguration(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{nginx.Port}"))
            .With("Backends:service:CaFile", trusted);
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);

        var answers = new List<string>();
        foreach (var authority in (OpenSslAuthority[])[_authority, another, _authority])
        {
            // As a certificate's file, it is noticed without a signal.
            Assert.True(await fsp.NextReloadAsync(async () =>
                _directory.Write("trusted.pem", await File.ReadAllTextAsync(authority.CaFile))));
            answers.Add((await Curl.GetAsync(
                configuration.Port, "/", "--cacert", proxy.RootPath, "-o", "/dev/null", "-w", "%{http_code}")).Output);
        }

        Assert.Equal(["200", "502", "200"], answers);
    }

    private async Task<(string Answer, IReadOnlyList<string> Lines)> AskAsync(
        int port, Func<ProxyConfiguration, ProxyConfiguration> change)
    {
        var upstream = string.Create(CultureInfo.InvariantCulture, $"https://localhost:{port}");
        var configuration = change(proxy.NewConfiguration(upstream));
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);
        var answer = await Curl.GetAsync(
            configuration.Port, SecretPath, "--cacert", proxy.RootPath, "-w", " %{http_code}");
        Assert.Equal(0, await fsp.StopAsync());
        return (answer.Output, fsp.Lines);
    }

    private static bool IsFailure(string line) => line.Contains(LogStart, StringComparison.Ordinal);

    private static void AssertQuiet(IReadOnlyList<string> lines)
    {
        Assert.DoesNotContain(lines, line => line.Contains(SecretPath, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("   at ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("Exception", StringComparison.Ordinal));
    }
}
