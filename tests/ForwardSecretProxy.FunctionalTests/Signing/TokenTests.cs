using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;
using Net.Pkcs11Interop.Common;
using Pkcs11Uri = ForwardSecretProxy.Signing.Keys.Pkcs11Uri;

namespace ForwardSecretProxy.FunctionalTests.Signing;

[Collection(OneModule.Name)]
public sealed class TokenTests : IDisposable
{
    private readonly SoftHsmToken _hsm = SoftHsmToken.Create();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _directory.Dispose();
        _hsm.Dispose();
    }

    [Fact]
    public async Task Login_WrongPin_IsTriedOnceAndNeverShown()
    {
        var wrong = _directory.Write("wrong", "not-the-pin");
        var options = _hsm.Options with { Pin = new PinFile(wrong) };

        var first = await LoginFailureAsync(options);
        var again = await LoginFailureAsync(options);

        Assert.Equal((uint)CKR.CKR_PIN_INCORRECT, first.ReturnCode);
        Assert.Contains("The token says", first.Message, StringComparison.Ordinal);
        Assert.Contains("not tried again", again.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-pin", first.ToString() + again, StringComparison.Ordinal);

        // The right one is another PIN, and has its try.
        using var token = _hsm.Open();
        Assert.Empty(new KeyStore(token).List());
    }

    [Fact]
    public async Task Login_UriNamesThePinsFile_ItIsUsed()
    {
        using var token = Token.Open(_hsm.Options with { Pin = null });
        var unnamed = _hsm.Uri("web");
        Assert.Contains("needs a PIN", (await Assert.ThrowsAsync<TokenException>(
            () => token.OpenSignerAsync(unnamed, null, default))).Message, StringComparison.Ordinal);

        var named = Pkcs11Uri.Parse($"{unnamed}?pin-source=file:{_hsm.PinFile}");
        var missing = await Assert.ThrowsAsync<TokenException>(() => token.OpenSignerAsync(named, null, default));
        Assert.Contains("no private key", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SameTokenTwice_SharesLoginAndSessions()
    {
        using var first = _hsm.Open(sessions: 1);
        new KeyStore(first).Generate(KeyKind.EcP256, "web");
        var signer = await first.OpenSignerAsync(_hsm.Uri("web"), null, default);

        var second = Token.Open(_hsm.Options with { Label = null, Serial = first.Info.Serial, Pin = null });
        var other = await second.OpenSignerAsync(_hsm.Uri("web"), null, default);
        Assert.Same(signer.Pool, other.Pool);
        second.Dispose();

        using var lease = await signer.Pool.AcquireAsync(default);
        Assert.InRange(signer.Sign(lease, signer.Schemes[0], "message"u8, new byte[100]), 8, 72);
    }

    [Fact]
    public async Task Dispose_LastUser_EndsTheSigning()
    {
        var token = _hsm.Open();
        new KeyStore(token).Generate(KeyKind.EcP256, "web");
        var signer = await token.OpenSignerAsync(_hsm.Uri("web"), null, default);

        token.Dispose();
        token.Dispose();

        await Assert.ThrowsAsync<SigningException>(async () => await signer.Pool.AcquireAsync(default));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => token.OpenSignerAsync(_hsm.Uri("web"), null, default));
    }

    [Fact]
    public void Open_NoSuchToken_ListsThoseThatAreThere()
    {
        var error = Assert.Throws<TokenException>(() => Token.Open(_hsm.Options with { Label = "nowhere" }));

        Assert.Contains($"\"{_hsm.Label}\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nowhere/libpkcs11.so")]
    [InlineData("/etc/passwd")]
    [InlineData("libc.so.6")]
    public void Open_NoModule_IsAnErrorThatNamesTheFile(string module)
    {
        var error = Assert.Throws<TokenException>(() => Token.Open(_hsm.Options with { Module = module }));

        Assert.Contains(module, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ModuleStartedWithOtherArguments_IsAnError()
    {
        using var token = _hsm.Open();

        var error = Assert.Throws<TokenException>(() => Token.Open(_hsm.Options with { ModuleArguments = "other" }));

        Assert.Contains("ModuleArguments", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenSigner_KeyOfAnotherToken_IsAnError()
    {
        using var token = _hsm.Open();

        await Assert.ThrowsAsync<TokenException>(
            () => token.OpenSignerAsync(Pkcs11Uri.For("elsewhere", "web"), null, default));
        Assert.False(token.Info.IsNamedBy(Pkcs11Uri.For("elsewhere", "web")));
        Assert.True(token.Info.IsNamedBy(_hsm.Uri("web")));
    }

    [Fact]
    public async Task OpenSigner_TwoKeysOfOneLabel_AreListedAndTheIdDecides()
    {
        using var raw = new RawToken(_hsm);
        using var token = _hsm.Open();
        raw.Generate(KeyKind.EcP256, "twin");
        raw.Generate(KeyKind.EcP384, "twin2");
        var second = raw.Find(CKO.CKO_PRIVATE_KEY, "twin2");
        Assert.Equal(CKR.CKR_OK, raw.Rename(second, "twin"));
        Assert.Equal(CKR.CKR_OK, raw.Rename(raw.Find(CKO.CKO_PUBLIC_KEY, "twin2"), "twin"));

        var error = await Assert.ThrowsAsync<TokenException>(
            () => token.OpenSignerAsync(_hsm.Uri("twin"), null, default));
        Assert.Contains($"id {Convert.ToHexStringLower("twin"u8)};", error.Message, StringComparison.Ordinal);
        Assert.Contains($"id {Convert.ToHexStringLower("twin2"u8)}", error.Message, StringComparison.Ordinal);

        var listed = new KeyStore(token).List();
        Assert.Equal(2, listed.Select(key => key.Uri.ToString()).Distinct().Count());
        foreach (var key in listed)
        {
            var signer = await token.OpenSignerAsync(key.Uri, null, default);
            Assert.True(signer.PublicKey.Matches(key.PublicKey!));
        }
    }

    [Fact]
    public void Generate_LabelInUse_IsRefusedAndNothingIsMade()
    {
        using var token = _hsm.Open();
        var store = new KeyStore(token);
        var publicKey = store.Generate(KeyKind.EcP256, "web");

        Assert.Throws<TokenException>(() => store.Generate(KeyKind.Rsa2048, "web"));

        var only = Assert.Single(store.List());
        Assert.True(only.PublicKey!.Matches(publicKey));
        Assert.Equal($"pkcs11:token={_hsm.Label};object=web", only.Uri.ToString());
    }

    // Whoever has the PIN could otherwise give the key, or a copy of it, another use later.
    [Theory]
    [InlineData(CKA.CKA_DECRYPT)]
    [InlineData(CKA.CKA_UNWRAP)]
    [InlineData(CKA.CKA_SIGN_RECOVER)]
    public void Generate_KeysUses_CannotBeAddedLater(CKA use)
    {
        using var token = _hsm.Open();
        new KeyStore(token).Generate(KeyKind.Rsa2048, "web");
        using var raw = new RawToken(_hsm);
        var key = raw.Find(CKO.CKO_PRIVATE_KEY, "web");
        var unfrozen = raw.Generate(KeyKind.Rsa2048, "control");

        Assert.NotEqual(CKR.CKR_OK, raw.Set(key, use, true));
        Assert.NotEqual(CKR.CKR_OK, raw.Copy(key, use, true));
        Assert.Equal(CKR.CKR_OK, raw.Set(unfrozen, use, true));
    }

    [Fact]
    public void Destroy_Key_RemovesBothHalves()
    {
        using var token = _hsm.Open();
        var store = new KeyStore(token);
        store.Generate(KeyKind.EcP256, "web");
        store.Generate(KeyKind.EcP256, "stays");

        store.Destroy(_hsm.Uri("web"));

        Assert.Equal("stays", Assert.Single(store.List()).Label);
        store.Generate(KeyKind.EcP256, "web");
        Assert.Throws<TokenException>(() => store.Destroy(_hsm.Uri("gone")));
    }

    [Fact]
    public void Initialize_TokenThatIsInUse_IsNeverErased()
    {
        using var token = _hsm.Open();
        new KeyStore(token).Generate(KeyKind.EcP256, "web");
        using var pin = Pin.Copy("another-pin"u8);

        Assert.Throws<TokenException>(() => TokenInitializer.Initialize(SoftHsmToken.Module, _hsm.Label, pin, pin));
        Assert.Throws<TokenException>(
            () => TokenInitializer.Initialize(SoftHsmToken.Module, "new", pin, pin, token.Info.Slot));
        Assert.Throws<TokenException>(
            () => TokenInitializer.Initialize(SoftHsmToken.Module, new string('x', 33), pin, pin));

        Assert.Single(new KeyStore(token).List());
    }

    [Theory]
    [InlineData("123", "user-1234")]
    [InlineData("officer-1234", "123")]
    public void Initialize_PinThatIsTooShort_ChangesNothing(string officer, string user)
    {
        using var officerPin = Pin.Copy(Encoding.UTF8.GetBytes(officer));
        using var userPin = Pin.Copy(Encoding.UTF8.GetBytes(user));

        var error = Assert.Throws<TokenException>(
            () => TokenInitializer.Initialize(SoftHsmToken.Module, "short", officerPin, userPin));

        Assert.Contains("has 3 bytes", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token.List(SoftHsmToken.Module), token => token.Label == "short");
    }

    private static async Task<TokenException> LoginFailureAsync(TokenOptions options)
    {
        using var token = Token.Open(options);
        return await Assert.ThrowsAsync<TokenException>(
            () => token.OpenSignerAsync(Pkcs11Uri.Parse("pkcs11:object=web"), null, default));
    }
}
