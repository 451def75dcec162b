using System.Security.Cryptography.X509Certificates;
using System.Text;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Demo;

/// <summary>
/// Makes what a demonstration lacks: a token, a key that is born on it, and a certificate that the key signs for
/// itself. What is there already is used again.
/// </summary>
internal static class DemoSetup
{
    /// <summary>The token's label.</summary>
    public const string TokenLabel = "fsp-demo";

    private const string KeyLabel = "localhost";

    // Long enough to come back to, short enough that nobody builds on it.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    /// <summary>The key's name in the configuration.</summary>
    public static Pkcs11Uri Key { get; } = Pkcs11Uri.For(TokenLabel, KeyLabel);

    /// <summary>Makes what is missing in <paramref name="directory"/>.</summary>
    /// <exception cref="Signing.TokenException">The module or the token failed.</exception>
    /// <exception cref="Signing.SigningException">The certificate could not be signed.</exception>
    public static async Task RunAsync(DemoDirectory directory, string module, CancellationToken cancellationToken)
    {
        if (!Token.List(module).Any(token => token.Label == TokenLabel))
            CreateToken(directory, module);

        var options = new TokenOptions { Module = module, Label = TokenLabel, Pin = new PinFile(directory.Pin) };
        using var token = Token.Open(options);
        var keys = new KeyStore(token);
        if (!keys.List().Any(key => key.Label == KeyLabel))
            keys.Generate(KeyKind.EcP256, KeyLabel);
        await EnsureCertificateAsync(directory, token, cancellationToken);
    }

    private static void CreateToken(DemoDirectory directory, string module)
    {
        var userPin = DemoDirectory.NewPin();
        DemoDirectory.Write(directory.Pin, userPin);
        using var user = Pin.Copy(Encoding.ASCII.GetBytes(userPin));
        // Nobody will reset the PIN of a demonstration: the security officer's is forgotten at once.
        using var officer = Pin.Copy(Encoding.ASCII.GetBytes(DemoDirectory.NewPin()));
        TokenInitializer.Initialize(module, TokenLabel, officer, user);
    }

    private static async Task EnsureCertificateAsync(
        DemoDirectory directory, Token token, CancellationToken cancellationToken)
    {
        var signer = await token.OpenSignerAsync(Key, subjectPublicKeyInfo: null, cancellationToken);
        var now = DateTimeOffset.UtcNow;
        var chain = CertificateChain.Load(directory.Certificate);
        if (chain.Leaf is not null && chain.Check(now, signer.SubjectPublicKeyInfo).Count == 0)
            return;

        var names = CertificateNames.Parse(["localhost"], ["127.0.0.1", "::1"]);
        var subject = new X500DistinguishedName("CN=localhost");
        var certificate = await TokenCertificateFactory.CreateSelfSignedAsync(
            signer, subject, names, now, Lifetime, cancellationToken);
        DemoDirectory.Write(directory.Certificate, certificate);
    }
}
