using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Lifecycle;

/// <summary>A certificate whose key is on the token <c>main</c>, and its spare on the token <c>drawer</c>.</summary>
internal sealed class TwoTokens : IDisposable
{
    private readonly ServingToken _tokens;

    private TwoTokens(ServingToken tokens, byte[] publicKey, byte[] sparePublicKey, ProxyConfiguration configuration) =>
        (_tokens, PublicKey, SparePublicKey, Configuration) = (tokens, publicKey, sparePublicKey, configuration);

    /// <summary>The key's public half, on P-256.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The spare's, on P-384.</summary>
    public byte[] SparePublicKey { get; }

    /// <summary>What serves it.</summary>
    public ProxyConfiguration Configuration { get; }

    /// <summary>The directory of the first token.</summary>
    public string MainDirectory { get; private init; } = "";

    /// <summary>Where the tokens are, for a process.</summary>
    public IReadOnlyDictionary<string, string?> Environment => _tokens.Environment;

    /// <summary>Makes the tokens, the keys and the certificates.</summary>
    /// <param name="proxy">Certifies them, and has the service.</param>
    /// <param name="directory">Where the chains go.</param>
    /// <param name="module">The module of the token <c>main</c>.</param>
    /// <param name="drawer">The module of the token <c>drawer</c>, which need not be there yet.</param>
    public static async Task<TwoTokens> CreateAsync(ProxyFixture proxy, TemporaryDirectory directory, string module, string drawer)
    {
        var tokens = await ServingToken.CreateAsync();
        var main = Assert.Single(Directory.GetDirectories(tokens.TokenDirectory));
        var publicKey = await tokens.GenerateKeyAsync("web", "ec-p256");
        await tokens.AddTokenAsync("drawer");
        var sparePublicKey = await tokens.GenerateKeyAsync("web", "ec-p384", "drawer");
        var configuration = new ProxyConfiguration(proxy.BackendUrl)
            .WithToken(module, ServingToken.Label, tokens.PinFile)
            .With("Tokens:drawer", new JsonObject { ["Module"] = drawer, ["Label"] = "drawer", ["PinFile"] = tokens.PinFile })
            .WithCertificate("web", Issue("web.pem", publicKey), "pkcs11:token=fsp;object=web")
            .With("Certificates:web:Spares", new JsonArray(new JsonObject
            {
                ["Chain"] = Issue("spare.pem", sparePublicKey), ["Key"] = "pkcs11:token=drawer;object=web",
            }));
        return new TwoTokens(tokens, publicKey, sparePublicKey, configuration) { MainDirectory = main };

        string Issue(string file, byte[] key) => directory.Write(file, proxy.Authority.Issue(key, ProxyFixture.DefaultName));
    }

    /// <inheritdoc/>
    public void Dispose() => _tokens.Dispose();
}
