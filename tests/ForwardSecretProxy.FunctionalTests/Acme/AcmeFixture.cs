using System.Globalization;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Acme;

/// <summary>
/// A proxy with a redirect and a TLS listener, as it is before it has a certificate from anybody: self-signed; and an authority that
/// looks for answers at their ports. What <c>fsp acme</c> is told differs from test to test, the proxy is not told anything.
/// </summary>
public sealed class AcmeFixture : IAsyncLifetime, IDisposable
{
    /// <summary>A certificate that the proxy does not serve, so that no renewal of it makes the proxy do anything.</summary>
    internal const string Unserved = "other";

    private static readonly string[] Served = ["web", "alpn"];

    private KestrelBackend? _backend;

    internal TemporaryDirectory Directory { get; } = new();

    internal ServingToken Token { get; private set; } = null!;

    internal FspProcess Proxy { get; private set; } = null!;

    internal Pebble Pebble { get; private set; } = null!;

    internal OpenSslAuthority Authority { get; private set; } = null!;

    internal int HttpsPort { get; private set; }

    internal int HttpPort { get; } = FreePort.Next();

    internal string Challenges => Directory.File("challenges");

    /// <summary>The host name of a certificate.</summary>
    internal static string NameOf(string certificate) => certificate + ".example.test";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Authority = await OpenSslAuthority.CreateAsync(Directory, "directory-ca");
        Token = await ServingToken.CreateAsync();
        _backend = await KestrelBackend.StartAsync();
        System.IO.Directory.CreateDirectory(Challenges);
        var configuration = Configure(Served);
        HttpsPort = configuration.Port;
        var path = configuration.WriteTo(Directory);
        foreach (var name in (string[])[.. Served, Unserved, "account"])
            await Token.GenerateKeyAsync(name, "ec-p256");
        foreach (var name in Served)
            await RunAsync("cert", "self-sign", "--config", path, "--certificate", name, "--dns", NameOf(name), "--out", ChainOf(name));
        Proxy = await FspProcess.ServeAsync(path, HttpsPort, Token.Environment);
        Pebble = await Pebble.StartAsync(Directory, Authority, HttpPort, HttpsPort);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Pebble is not null) await Pebble.DisposeAsync();
        if (Proxy is not null) await Proxy.DisposeAsync();
        if (_backend is not null) await _backend.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Token?.Dispose();
        Directory.Dispose();
    }

    internal string ChainOf(string certificate) => Directory.File(certificate + ".pem");

    /// <summary>
    /// A configuration for <c>fsp acme</c> alone: one certificate, and how it is got.
    /// </summary>
    internal string WriteFor(
        string certificate,
        string challenge,
        Action<JsonObject>? account = null,
        string? folder = null,
        Pebble? pebble = null,
        string name = "pebble")
    {
        var entry = JsonNode.Parse($$"""
            { "Directory": "{{(pebble ?? Pebble).Directory}}", "AcceptTerms": true, "CaFile": "{{Authority.CaFile}}" }
            """)!.AsObject();
        account?.Invoke(entry);
        var configuration = Configure([certificate], folder).With($"Acme:{name}", entry);
        configuration.With($"Certificates:{certificate}:Acme", new JsonObject
        {
            ["Names"] = new JsonArray(NameOf(certificate)),
            ["Challenge"] = challenge,
        });
        return configuration.WriteTo(Directory, string.Create(CultureInfo.InvariantCulture, $"acme-{Guid.NewGuid():N}.json"));
    }

    /// <summary>Runs <c>fsp acme renew</c>.</summary>
    internal Task<ProcessResult> RenewAsync(string configuration, params string[] options) =>
        FspProcess.RunAsync(["acme", "renew", "--config", configuration, .. options], environment: Token.Environment);

    private ProxyConfiguration Configure(IEnumerable<string> certificates, string? folder = null)
    {
        var configuration = new ProxyConfiguration($"http://127.0.0.1:{_backend!.Http1Port}")
            .WithToken(ServingToken.Module, ServingToken.Label, Token.PinFile)
            // In its sandbox: that it may read the folder is a part of it.
            .With("Signer", "isolated")
            .With("Listeners:http:Address", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{HttpPort}"))
            .With("Listeners:http:Protocol", "redirect")
            .With("Listeners:http:AcmeChallengeFolder", folder ?? Challenges)
            .With("Listeners:https:AcmeChallengeFolder", folder ?? Challenges);
        foreach (var name in certificates)
            configuration.WithCertificate(name, ChainOf(name), $"pkcs11:token={ServingToken.Label};object={name}");
        return configuration;
    }

    private async Task RunAsync(params string[] arguments)
    {
        var result = await FspProcess.RunAsync(arguments, environment: Token.Environment);
        Assert.True(result.ExitCode == 0, result.Text);
    }
}
