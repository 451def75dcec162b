using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.FunctionalTests.Signing;

/// <summary>A token with one good key of each common kind, for tests that leave them as they are.</summary>
public sealed class TokenFixture : IDisposable
{
    public TokenFixture()
    {
        Token = Hsm.Open();
        var store = new KeyStore(Token);
        foreach (var (kind, label) in Keys)
            PublicKeys[label] = store.Generate(kind, label);
    }

    /// <summary>The kinds, with the label of the key of each.</summary>
    public static IReadOnlyList<(KeyKind Kind, string Label)> Keys { get; } =
        [(KeyKind.EcP256, "p256"), (KeyKind.EcP384, "p384"), (KeyKind.Rsa2048, "rsa")];

    public Dictionary<string, SubjectPublicKey> PublicKeys { get; } = [];

    public Token Token { get; }

    internal SoftHsmToken Hsm { get; } = SoftHsmToken.Create();

    public void Dispose()
    {
        Token.Dispose();
        Hsm.Dispose();
    }
}
