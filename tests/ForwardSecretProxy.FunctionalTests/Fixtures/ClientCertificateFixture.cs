using System.Globalization;
using System.Security.Cryptography;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A proxy with the shared one's certificates and four listeners: one asks for no client certificates, one takes them,
/// one requires them, one requires them and looks at a revocation list. Tests that only connect to it share it.
/// </summary>
public sealed class ClientCertificateFixture(ProxyFixture proxy) : IAsyncLifetime
{
    private FspProcess? _process;

    internal TemporaryDirectory Directory { get; } = new();

    internal ClientAuthority Authority { get; private set; } = null!;

    internal FspProcess Process => _process!;

    internal int Plain { get; private set; }

    internal int Optional { get; } = FreePort.Next();

    internal int Required { get; } = FreePort.Next();

    internal int Revoking { get; } = FreePort.Next();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Authority = new ClientAuthority(Directory, "Clients");
        Directory.Write("clients.pem", Authority.RootPem);
        var revoked = Authority.Issue("revoked");
        Directory.Write("clients.crl", Authority.RevocationList(DateTimeOffset.UtcNow.AddDays(1), revoked));
        await IssueAsync();

        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        Plain = configuration.Port;
        AddListener(configuration, "optional", Optional, "optional");
        AddListener(configuration, "required", Required, "required");
        AddListener(configuration, "revoking", Revoking, "required");
        configuration.With("Listeners:revoking:ClientCertificates:CrlFile", "clients.crl");
        _process = await FspProcess.ServeAsync(configuration.WriteTo(Directory), Revoking, proxy.Token.Environment);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            Assert.Equal(0, await _process.StopAsync());
            await _process.DisposeAsync();
        }

        Authority?.Dispose();
        Directory.Dispose();
    }

    private async Task IssueAsync()
    {
        Authority.Issue("p256", subject: "CN=p256,OU=Tests,O=Example");
        Authority.Issue("p384", "P-384");
        Authority.Issue("rsa", "2048");
        Authority.Issue("weak", "1024");
        Authority.IssueExpired("expired");
        Authority.IssueForServer("server");
        Authority.IssueOverSha1("sha1");
        Authority.IssueBelowIntermediate("chain", withIntermediate: true);
        Authority.IssueBelowIntermediate("broken-chain", withIntermediate: false);
        Authority.SelfSign("self-signed");
        Authority.Steal("stolen", "p256");
        using var others = new ClientAuthority(Directory, "Clients");
        others.Issue("other-ca");

        var key = await ProcessRunner.RunAsync("openssl", ["genpkey", "-algorithm", "ed25519"]);
        var publicKey = await ProcessRunner.RunAsync("openssl", ["pkey", "-pubout"], key.Output);
        var spki = PemEncoding.Find(publicKey.Output);
        Authority.Issue("ed25519", key.Output, Convert.FromBase64String(publicKey.Output[spki.Base64Data]));
    }

    private static void AddListener(ProxyConfiguration configuration, string name, int port, string mode) => configuration
        .With($"Listeners:{name}:Address", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))
        .With($"Listeners:{name}:ClientCertificates:Mode", mode)
        .With($"Listeners:{name}:ClientCertificates:CaFile", "clients.pem");
}
