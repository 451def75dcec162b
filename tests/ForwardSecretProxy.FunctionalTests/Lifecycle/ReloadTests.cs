using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Lifecycle;

/// <summary>What a SIGHUP changes, what it leaves as it is, and what it refuses.</summary>
[Collection(OwnProxy.Name)]
public sealed class ReloadTests(ProxyFixture proxy) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Reload_OtherBackend_ServesTheNextRequestsOfOpenConnectionsToo()
    {
        await using var old = await GatedBackend.StartAsync("old");
        await using var next = await GatedBackend.StartAsync("next");
        var configuration = proxy.NewConfiguration(old.Url);
        await using var fsp = await ServeAsync(configuration);
        await using var open = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        await using var waiting = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        Assert.EndsWith("old\r\n0\r\n\r\n", await open.GetAsync("/"), StringComparison.Ordinal);
        await waiting.SendAsync("/gate");
        await old.Entered;

        configuration.With("ReverseProxy:Clusters:service:Destinations:one:Address", next.Url).WriteTo(_directory);
        Assert.True(await fsp.ReloadAsync());

        Assert.EndsWith("next\r\n0\r\n\r\n", await open.GetAsync("/"), StringComparison.Ordinal);
        old.Open();
        Assert.Contains(GatedBackend.SecondHalf, await waiting.ReadAnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_WrongState_IsRefusedWithTheKeysAndTheOldOneServes()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = await ServeAsync(configuration);

        configuration.With("Tls:Profil", "modern").With("Certificates:other:Chain", "no-such-file.pem").WriteTo(_directory);
        Assert.False(await fsp.ReloadAsync());
        Assert.Contains(fsp.Lines, line => line.Contains("Tls:Profil", StringComparison.Ordinal));
        Assert.Contains(fsp.Lines, line => line.Contains("Certificates:other:Chain", StringComparison.Ordinal));
        await AssertServesAsync(configuration.Port);

        // Not even JSON, and not there at all.
        _directory.Write("fsp.json", "{ \"Tokens\": ");
        Assert.False(await fsp.ReloadAsync());
        File.Delete(_directory.File("fsp.json"));
        Assert.False(await fsp.ReloadAsync());
        await AssertServesAsync(configuration.Port);
    }

    [Fact]
    public async Task Reload_KeyThatCanBeCarriedAway_IsRefusedByTheKeyGate()
    {
        // What the start refuses, a reload refuses: there is no way in by the back door.
        var label = "loose-" + Guid.NewGuid().ToString("N");
        await Pkcs11ToolAsync("--login", "--pin", proxy.Token.Pin,
            "--keypairgen", "--key-type", "EC:prime256v1", "--label", label, "--extractable");
        var publicKey = _directory.File("loose.der");
        await Pkcs11ToolAsync("--read-object", "--type", "pubkey", "--label", label, "--output-file", publicKey);
        var chain = _directory.Write("loose.pem",
            proxy.Authority.Issue(await File.ReadAllBytesAsync(publicKey), ProxyFixture.DefaultName));
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = await ServeAsync(configuration);
        await using var before = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);

        configuration.WithCertificate("web-ecdsa", chain, $"pkcs11:token={ServingToken.Label};object={label}")
            .With("Listeners:https:Certificates", new System.Text.Json.Nodes.JsonArray("web-ecdsa"))
            .WriteTo(_directory);
        Assert.False(await fsp.ReloadAsync());

        Assert.Contains(fsp.Lines, line => line.Contains("Certificates:web-ecdsa:Key: the key gate refuses", StringComparison.Ordinal));
        await using var after = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        Assert.Equal(before.Certificate, after.Certificate);
    }

    [Fact]
    public async Task Reload_PortInUse_IsRefusedAndBindsNothing()
    {
        var (taken, free) = (FreePort.Next(), FreePort.Next());
        using var occupant = new TcpListener(System.Net.IPAddress.Loopback, taken);
        occupant.Start();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = await ServeAsync(configuration);

        configuration.With("Listeners:free:Address", Address(free)).With("Listeners:taken:Address", Address(taken))
            .WriteTo(_directory);
        Assert.False(await fsp.ReloadAsync());

        Assert.Contains(fsp.Lines, line => line.Contains("Listeners:taken:Address", StringComparison.Ordinal));
        await Assert.ThrowsAsync<SocketException>(() => Http1Client.ConnectAsync(free, proxy.Authority));
        await AssertServesAsync(configuration.Port);
    }

    [Fact]
    public async Task Reload_OtherListeners_OpensTheNewAndClosesTheOldButNotItsConnections()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = await ServeAsync(configuration);
        await using var open = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        await open.GetAsync("/");
        await using var silent = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);

        var added = FreePort.Next();
        configuration.With("Listeners:https:Address", Address(added)).WriteTo(_directory);
        Assert.True(await fsp.ReloadAsync());

        await AssertServesAsync(added);
        await Assert.ThrowsAsync<SocketException>(() => Http1Client.ConnectAsync(configuration.Port, proxy.Authority));
        Assert.StartsWith("HTTP/1.1 200 ", await open.GetAsync("/"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await silent.GetAsync("/"), StringComparison.Ordinal);

        // And back: the address was given up for real.
        configuration.With("Listeners:https:Address", Address(configuration.Port)).WriteTo(_directory);
        Assert.True(await fsp.ReloadAsync());
        await AssertServesAsync(configuration.Port);
    }

    [Fact]
    public async Task Reload_ModernProfile_RefusesTls12FromThenOn()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = await ServeAsync(configuration);
        await using var before = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority, SslProtocols.Tls12);

        configuration.With("Tls:Profile", "modern").WriteTo(_directory);
        Assert.True(await fsp.ReloadAsync());

        await Assert.ThrowsAsync<AuthenticationException>(
            () => Http1Client.ConnectAsync(configuration.Port, proxy.Authority, SslProtocols.Tls12));
        Assert.StartsWith("HTTP/1.1 200 ", await before.GetAsync("/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Limits:KeepAliveTimeout", "60s", true)]
    [InlineData("Tls:Resumption:Lifetime", "30m", false)]
    public async Task Reload_Tickets_AreGoodAsLongAsTlsIsAsItWas(string key, string value, bool good)
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = await ServeAsync(configuration);
        var ticket = _directory.File("ticket");
        Assert.True((await OpenSslClient.RequestAsync(configuration.Port, $"-tls1_3 -sess_out {ticket}")).Connected);

        configuration.With(key, value).WriteTo(_directory);
        Assert.True(await fsp.ReloadAsync());

        var report = await OpenSslClient.RequestAsync(configuration.Port, $"-tls1_3 -sess_in {ticket}");
        Assert.True(report.Connected, report.Process.Text);
        Assert.Equal(good, report.Process.Text.Contains("\nReused, TLSv1.3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reload_LoweredLimit_HoldsForNewConnections()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = await ServeAsync(configuration);
        await using var open = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        await open.GetAsync("/");

        configuration.With("Limits:MaxConnections", 1).WriteTo(_directory);
        Assert.True(await fsp.ReloadAsync());

        await Assert.ThrowsAnyAsync<IOException>(() => Http1Client.ConnectAsync(configuration.Port, proxy.Authority));
        Assert.StartsWith("HTTP/1.1 200 ", await open.GetAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CertificateFile_Replaced_IsServedByItself()
    {
        var (configuration, chain, key) = await CopyOfTheChainAsync();
        await using var fsp = await ServeAsync(configuration);
        await using var open = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        var renewed = proxy.Authority.Issue(key, ProxyFixture.DefaultName);

        // As cert import and every careful program does it: written beside, then renamed.
        File.Move(_directory.Write("next.pem", renewed), chain, overwrite: true);
        await fsp.WaitForLineAsync(line => line.Contains("[1005]", StringComparison.Ordinal));

        await using var next = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        Assert.NotEqual(open.Certificate, next.Certificate);
        Assert.StartsWith("HTTP/1.1 200 ", await open.GetAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CertificateFile_OfAnotherKey_IsRefusedAndTheOldOneServed()
    {
        var (configuration, chain, _) = await CopyOfTheChainAsync();
        await using var fsp = await ServeAsync(configuration);
        await using var open = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);

        File.WriteAllText(chain, File.ReadAllText(proxy.Directory.File("wild.pem")));
        await fsp.WaitForLineAsync(line => line.Contains("[1006]", StringComparison.Ordinal));

        Assert.Contains(fsp.Lines, line => line.Contains("Certificates:web-ecdsa:", StringComparison.Ordinal));
        await using var next = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        Assert.Equal(open.Certificate, next.Certificate);
    }

    [Fact]
    public async Task Reload_LoggingAndLimits_TakeEffectAtOnceOnOpenConnectionsToo()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = await ServeAsync(configuration);
        await using var open = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        var path = "/" + new string('a', 600);
        Assert.StartsWith("HTTP/1.1 200 ", await open.GetAsync(path), StringComparison.Ordinal);
        Assert.DoesNotContain(fsp.Lines, line => line.Contains("[1200]", StringComparison.Ordinal));

        configuration.With("Logging:Requests", "summary").With("Limits:MaxRequestLineBytes", 512).WriteTo(_directory);
        Assert.True(await fsp.ReloadAsync());

        Assert.StartsWith("HTTP/1.1 200 ", await open.GetAsync("/"), StringComparison.Ordinal);
        await fsp.WaitForLineAsync(line => line.Contains("[1200] GET - 200 HTTP/1.1", StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 414 ", await open.GetAsync(path), StringComparison.Ordinal);
    }

    private async Task<(ProxyConfiguration Configuration, string Chain, byte[] Key)> CopyOfTheChainAsync()
    {
        var chain = _directory.Write("web.pem", await File.ReadAllTextAsync(proxy.Directory.File("web-ecdsa.pem")));
        using var leaf = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(
            await File.ReadAllTextAsync(chain));
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Certificates:web-ecdsa:Chain", chain);
        return (configuration, chain, leaf.PublicKey.ExportSubjectPublicKeyInfo());
    }

    private async Task Pkcs11ToolAsync(params string[] arguments)
    {
        var result = await ProcessRunner.RunAsync("pkcs11-tool",
            ["--module", ServingToken.Module, "--token-label", ServingToken.Label, .. arguments],
            environment: proxy.Token.Environment);
        Assert.True(result.ExitCode == 0, result.Text);
    }

    private Task<FspProcess> ServeAsync(ProxyConfiguration configuration) =>
        FspProcess.ServeAsync(configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);

    private async Task AssertServesAsync(int port)
    {
        await using var client = await Http1Client.ConnectAsync(port, proxy.Authority);
        Assert.StartsWith("HTTP/1.1 200 ", await client.GetAsync("/"), StringComparison.Ordinal);
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
}
