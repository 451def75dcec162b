namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A proxy that serves the default profile from one token, with ECDSA and RSA side by side, a wildcard and a name of
/// its own, in front of a Kestrel service. Tests that only connect to it share it.
/// </summary>
public sealed class ProxyFixture : IAsyncLifetime
{
    /// <summary>The default certificates' name.</summary>
    public const string DefaultName = "web.example.test";

    /// <summary>The name of a certificate of its own.</summary>
    public const string OtherName = "other.example.test";

    /// <summary>The name of the wildcard certificate.</summary>
    public const string WildcardName = "*.wild.example.test";

    private FspProcess? _process;
    private KestrelBackend? _backend;

    internal TemporaryDirectory Directory { get; } = new();

    internal TestAuthority Authority { get; } = new();

    internal ServingToken Token { get; private set; } = null!;

    internal byte[] RsaPublicKey { get; private set; } = [];

    internal string BackendUrl { get; private set; } = "";

    internal int Port { get; private set; }

    internal string ConfigurationPath { get; private set; } = "";

    /// <summary>The file clients are told to trust.</summary>
    internal string RootPath { get; private set; } = "";

    internal IReadOnlyList<string> Lines => _process!.Lines;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Token = await ServingToken.CreateAsync();
        _backend = await KestrelBackend.StartAsync();
        RootPath = Directory.Write("root.pem", Authority.RootPem);
        BackendUrl = $"http://127.0.0.1:{_backend.Http1Port}";
        await IssueAsync("web-ecdsa", "ec-p256", DefaultName);
        RsaPublicKey = await IssueAsync("web-rsa", "rsa-2048", DefaultName);
        await IssueAsync("other", "ec-p384", OtherName);
        await IssueAsync("wild", "ec-p256", WildcardName);
        var configuration = NewConfiguration(BackendUrl);
        Port = configuration.Port;
        ConfigurationPath = configuration.WriteTo(Directory);
        _process = await FspProcess.ServeAsync(ConfigurationPath, Port, Token.Environment);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            Assert.Equal(0, await _process.StopAsync());
            await _process.DisposeAsync();
        }

        if (_backend is not null)
            await _backend.DisposeAsync();
        Authority.Dispose();
        Token?.Dispose();
        Directory.Dispose();
    }

    /// <summary>A configuration with all the certificates, for a proxy of a test's own with another setting.</summary>
    internal ProxyConfiguration NewConfiguration(string upstream)
    {
        var configuration = new ProxyConfiguration(upstream)
            .WithToken(ServingToken.Module, ServingToken.Label, Token.PinFile)
            .With("Logging:LogLevel:Default", "Debug");
        foreach (var name in (string[])["web-ecdsa", "web-rsa", "other", "wild"])
            configuration.WithCertificate(
                name, Directory.File(name + ".pem"), $"pkcs11:token={ServingToken.Label};object={name}");
        return configuration;
    }

    private async Task<byte[]> IssueAsync(string name, string keyType, string dnsName)
    {
        var publicKey = await Token.GenerateKeyAsync(name, keyType);
        Directory.Write(name + ".pem", Authority.Issue(publicKey, dnsName));
        return publicKey;
    }
}
