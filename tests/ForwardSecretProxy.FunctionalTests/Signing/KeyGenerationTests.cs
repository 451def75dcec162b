using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.FunctionalTests.Signing;

/// <summary>Several keys of one label: the certificate's public key says which is meant.</summary>
[Collection(OneModule.Name)]
public sealed class KeyGenerationTests : IDisposable
{
    private readonly SoftHsmToken _hsm = SoftHsmToken.Create();
    private readonly Token _token;
    private readonly KeyStore _store;

    public KeyGenerationTests()
    {
        _token = _hsm.Open();
        _store = new KeyStore(_token);
    }

    public void Dispose()
    {
        _token.Dispose();
        _hsm.Dispose();
    }

    [Theory]
    [InlineData(KeyKind.EcP256, KeyKind.EcP256)]
    [InlineData(KeyKind.EcP256, KeyKind.Rsa2048)]
    [InlineData(KeyKind.Rsa2048, KeyKind.EcP384)]
    public async Task OpenSigner_KeyOfACertificate_IsThatOfItsGeneration(KeyKind first, KeyKind second)
    {
        var old = _store.Generate(first, "web");
        var next = Next(second);

        foreach (var key in (SubjectPublicKey[])[old, next.PublicKey!])
        {
            var signer = await _token.OpenSignerAsync(_hsm.Uri("web"), key.Encoded, default);
            Assert.True(signer.PublicKey.Matches(key));
            Assert.True(await signer.SignsRightlyAsync());
            Assert.True((await _token.OpenPreferredSignerAsync(_hsm.Uri("web"), key.Encoded, default)).PublicKey.Matches(key));
        }
    }

    [Fact]
    public async Task OpenSigner_NoneIsTheCertificates_SaysWhichThereAreAndWhichIsWanted()
    {
        _store.Generate(KeyKind.EcP256, "web");
        var next = Next();
        var elsewhere = _store.Generate(KeyKind.EcP256, "elsewhere");

        var error = await Assert.ThrowsAsync<TokenException>(() => _token.OpenSignerAsync(_hsm.Uri("web"), elsewhere.Encoded, default));

        Assert.Contains(elsewhere.Fingerprint, error.Message, StringComparison.Ordinal);
        Assert.Contains(next.PublicKey!.Fingerprint, error.Message, StringComparison.Ordinal);
        Assert.Contains(next.Id, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TokenException>(() => _token.OpenPreferredSignerAsync(_hsm.Uri("web"), elsewhere.Encoded, default));
        await Assert.ThrowsAsync<TokenException>(() => _token.OpenPreferredSignerAsync(_hsm.Uri("web"), null, default));
    }

    [Fact]
    public async Task OpenPreferred_OnlyOneKey_NeedNotBeTheCertificates()
    {
        // A new key under a new name, while the chain in the file is still that of another.
        var key = _store.Generate(KeyKind.EcP256, "web");
        var elsewhere = _store.Generate(KeyKind.EcP256, "elsewhere");

        var signer = await _token.OpenPreferredSignerAsync(_hsm.Uri("web"), elsewhere.Encoded, default);

        Assert.True(signer.PublicKey.Matches(key));
        await Assert.ThrowsAsync<KeyRefusedException>(() => _token.OpenSignerAsync(_hsm.Uri("web"), elsewhere.Encoded, default));
    }

    [Fact]
    public async Task Sign_NextKeyMadeAndSessionsLost_FindsItsOwnGenerationAgain()
    {
        _store.Generate(KeyKind.EcP256, "web");
        var signer = await _token.OpenSignerAsync(_hsm.Uri("web"), null, default);
        Next();
        using (var raw = new RawToken(_hsm))
            raw.CloseAllSessions();

        Assert.True(await signer.SignsRightlyAsync());
    }

    [Fact]
    public void Destroy_AnotherKeyThanExpected_IsRefused()
    {
        _store.Generate(KeyKind.EcP256, "web");
        var next = Next();
        var old = _store.List().Single(key => key.Id != next.Id);

        Assert.Throws<TokenException>(() => _store.Destroy(next.Uri, old.PublicKey));
        Assert.Equal(2, _store.List().Count);
        _store.Destroy(next.Uri, next.PublicKey);
        Assert.True(Assert.Single(_store.List()).PublicKey!.Matches(old.PublicKey!));
        // Its public half, too, and nothing of the other.
        using var raw = new RawToken(_hsm);
        raw.Find(Net.Pkcs11Interop.Common.CKO.CKO_PUBLIC_KEY, "web");
    }

    private TokenKeyInfo Next(KeyKind kind = KeyKind.EcP256) => _store.GenerateNext(kind, "web", KeyStore.NextId());
}
