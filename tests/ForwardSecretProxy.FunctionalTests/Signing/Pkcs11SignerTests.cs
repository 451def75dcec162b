using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.FunctionalTests.Signing;

[Collection(OneModule.Name)]
public sealed class Pkcs11SignerTests(TokenFixture fixture) : IClassFixture<TokenFixture>
{
    public static TheoryData<string> Labels => [.. TokenFixture.Keys.Select(key => key.Label)];

    [Theory]
    [MemberData(nameof(Labels))]
    public async Task Sign_EveryScheme_VerifiesOutsideTheToken(string label)
    {
        var signer = await OpenAsync(label);
        var publicKey = fixture.PublicKeys[label];
        var signature = new byte[signer.MaxSignatureLength];

        Assert.Equal(publicKey.Schemes, signer.Schemes);
        foreach (var scheme in signer.Schemes)
        {
            using var lease = await signer.Pool.AcquireAsync(default);
            var length = signer.Sign(lease, scheme, "message"u8, signature);

            Assert.True(publicKey.Verify(scheme, "message"u8, signature.AsSpan(0, length)), scheme.Name());
            Assert.False(publicKey.Verify(scheme, "massage"u8, signature.AsSpan(0, length)), scheme.Name());
        }
    }

    [Fact]
    public async Task Sign_ManyAtOnce_EverySignatureVerifies()
    {
        var signers = new[] { await OpenAsync("p256"), await OpenAsync("p384") };

        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var signer = signers[worker % signers.Length];
            for (var round = 0; round < 25; round++)
            {
                using var lease = await signer.Pool.AcquireAsync(default);
                Assert.True(signer.SignsRightly(lease, [(byte)worker, (byte)round]));
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Same(signers[0].Pool, signers[1].Pool);
    }

    [Fact]
    public async Task Sign_SteadyState_AllocatesNothing()
    {
        var signer = await OpenAsync("p256");
        var signature = new byte[signer.MaxSignatureLength];
        var lease = await signer.Pool.AcquireAsync(default);
        Repeat(50);

        // Up to one that is verified, as one in so many is: verifying makes objects.
        while (((PooledSession)lease).Signatures % Pkcs11Signer.VerifiedOneIn != 1)
            Repeat(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(50);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        lease.Dispose();

        void Repeat(int times)
        {
            for (var i = 0; i < times; i++)
                signer.Sign(lease, SignatureScheme.EcdsaSecp256r1Sha256, "message"u8, signature);
        }
    }

    [Fact]
    public async Task Sign_LeaseOfAnotherTokenOrGivenBack_IsRefused()
    {
        using var other = SoftHsmToken.Create();
        using var otherToken = other.Open();
        new KeyStore(otherToken).Generate(KeyKind.EcP256, "web");
        var otherSigner = await otherToken.OpenSignerAsync(other.Uri("web"), null, default);
        var signer = await OpenAsync("p256");
        var scheme = signer.Schemes[0];
        var signature = new byte[signer.MaxSignatureLength];

        using var foreign = await otherSigner.Pool.AcquireAsync(default);
        var own = await signer.Pool.AcquireAsync(default);
        own.Dispose();

        Assert.Throws<ArgumentException>(() => signer.Sign(foreign, scheme, default, signature));
        Assert.Throws<ArgumentException>(() => signer.Sign(own, scheme, default, signature));
    }

    [Fact]
    public async Task Sign_SchemeOfAnotherKindOfKey_IsRefused()
    {
        var signer = await OpenAsync("p256");
        using var lease = await signer.Pool.AcquireAsync(default);

        Assert.Throws<SigningException>(() => signer.Sign(
            lease, SignatureScheme.RsaPssRsaeSha256, "message"u8, new byte[512]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sign_AfterSessionsOrLoginEnded_LogsInAgainAndSigns(bool logoutOnly)
    {
        using var hsm = SoftHsmToken.Create();
        using var token = hsm.Open();
        var publicKey = new KeyStore(token).Generate(KeyKind.EcP256, "web");
        var signer = await token.OpenSignerAsync(hsm.Uri("web"), publicKey.Encoded, default);
        Assert.True(await signer.SignsRightlyAsync());

        EndAll(hsm, logoutOnly);
        Assert.True(await signer.SignsRightlyAsync());

        // With the lease in hand while it happens, as in the middle of a handshake.
        using (var lease = await signer.Pool.AcquireAsync(default))
        {
            EndAll(hsm, logoutOnly);
            Assert.True(signer.SignsRightly(lease, "message"u8));
        }

        Assert.True(await signer.SignsRightlyAsync());
    }

    [Fact]
    public async Task Sign_AfterTheTokenCameBackWithAnotherKey_IsRefused()
    {
        using var hsm = SoftHsmToken.Create();
        using var token = hsm.Open();
        var store = new KeyStore(token);
        var publicKey = store.Generate(KeyKind.EcP256, "web");
        var signer = await token.OpenSignerAsync(hsm.Uri("web"), publicKey.Encoded, default);

        store.Destroy(hsm.Uri("web"));
        store.Generate(KeyKind.EcP256, "web");
        EndAll(hsm, logoutOnly: false);

        using var lease = await signer.Pool.AcquireAsync(default);
        var error = Assert.Throws<SigningException>(() => signer.Sign(
            lease, signer.Schemes[0], "message"u8, new byte[signer.MaxSignatureLength]));
        Assert.IsType<KeyRefusedException>(error.InnerException);
    }

    [Fact]
    public async Task Sign_AfterTheTokenCameBackWithAKeyThatCanDoMore_IsRefused()
    {
        using var hsm = SoftHsmToken.Create();
        using var token = hsm.Open();
        ulong key;
        using (var raw = new RawToken(hsm))
        {
            // Not frozen, as a token may have it that does not know CKA_MODIFIABLE.
            key = raw.Generate(KeyKind.Rsa2048, "web");
            var signer = await token.OpenSignerAsync(hsm.Uri("web"), null, default);
            Assert.Equal(CKR.CKR_OK, raw.Set(key, CKA.CKA_DECRYPT, true));
            raw.CloseAllSessions();

            using var lease = await signer.Pool.AcquireAsync(default);
            var error = Assert.Throws<SigningException>(() => signer.Sign(
                lease, signer.Schemes[0], "message"u8, new byte[signer.MaxSignatureLength]));
            Assert.Contains("FAIL  CKA_DECRYPT", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Sign_KeyDestroyed_FailsWithAReason()
    {
        using var hsm = SoftHsmToken.Create();
        using var token = hsm.Open();
        var store = new KeyStore(token);
        store.Generate(KeyKind.EcP256, "web");
        var signer = await token.OpenSignerAsync(hsm.Uri("web"), null, default);
        store.Destroy(hsm.Uri("web"));

        using var lease = await signer.Pool.AcquireAsync(default);
        var error = Assert.Throws<SigningException>(() => signer.Sign(
            lease, signer.Schemes[0], "message"u8, new byte[signer.MaxSignatureLength]));

        Assert.Contains("no private key", error.Message, StringComparison.Ordinal);
    }

    private static void EndAll(SoftHsmToken hsm, bool logoutOnly)
    {
        using var raw = new RawToken(hsm);
        if (logoutOnly)
            raw.Logout();
        else
            raw.CloseAllSessions();
    }

    private Task<Pkcs11Signer> OpenAsync(string label) =>
        fixture.Token.OpenSignerAsync(fixture.Hsm.Uri(label), fixture.PublicKeys[label].Encoded, default);
}
