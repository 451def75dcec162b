using System.Security.Cryptography;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Provider;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Tests.Signing;

namespace ForwardSecretProxy.Tests.OpenSsl;

/// <summary>
/// The way to the token is no signing oracle: whoever asks through libcrypto gets signatures on what a TLS server
/// signs, inside a handshake that holds a session, and on nothing else. A refusal is counted and never reaches the signer.
/// </summary>
public sealed class SigningProviderTests : IDisposable
{
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly CountingSigner _ecdsaSigner;
    private readonly CountingSigner _rsaSigner;
    private readonly ProviderKey _ecdsaKey;
    private readonly ProviderKey _rsaKey;

    public SigningProviderTests()
    {
        _ecdsaSigner = new CountingSigner(_ecdsa, SignatureScheme.EcdsaSecp256r1Sha256);
        _rsaSigner = new CountingSigner(_rsa, SignatureScheme.RsaPssRsaeSha256, SignatureScheme.RsaPkcs1Sha256);
        _ecdsaKey = new ProviderKey(_ecdsaSigner);
        _rsaKey = new ProviderKey(_rsaSigner);
    }

    public void Dispose()
    {
        _ecdsaKey.Dispose();
        _rsaKey.Dispose();
        _ecdsa.Dispose();
        _rsa.Dispose();
    }

    [Fact]
    public void DigestSign_WhatATlsServerSigns_IsSignedOnceAndVerifies()
    {
        var block13 = SignedBlocks.CertificateVerify(32);
        var block12 = SignedBlocks.ServerKeyExchange(29, 32);

        var ecdsa = InScope(_ecdsaSigner, () => LibCryptoSignature.TrySign(_ecdsaKey, "SHA256", block13));
        var pss = InScope(_rsaSigner, () => LibCryptoSignature.TrySign(_rsaKey, "SHA256", block13, LibCryptoSignature.Pss));
        var pkcs1 = InScope(_rsaSigner, () => LibCryptoSignature.TrySign(_rsaKey, "SHA256", block12, LibCryptoSignature.Pkcs1));

        Assert.True(_ecdsa.VerifyData(block13, ecdsa!, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        Assert.True(_rsa.VerifyData(block13, pss!, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        Assert.True(_rsa.VerifyData(block12, pkcs1!, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.Equal((1, 2), (_ecdsaSigner.Calls, _rsaSigner.Calls));
    }

    [Theory]
    [MemberData(nameof(SignedContentTests.Foreign), MemberType = typeof(SignedContentTests))]
    public void DigestSign_AnythingElse_IsRefusedAndCounted(string what, byte[] block)
    {
        Assert.NotEmpty(what);
        AssertRefused(_ecdsaSigner, () => LibCryptoSignature.TrySign(_ecdsaKey, "SHA256", block));
        AssertRefused(_rsaSigner, () => LibCryptoSignature.TrySign(_rsaKey, "SHA256", block, LibCryptoSignature.Pkcs1));
    }

    [Fact]
    public void DigestSign_OutsideAHandshake_IsRefusedAndCounted()
    {
        var before = SignatureOperation.RefusedCount;

        Assert.Null(LibCryptoSignature.TrySign(_ecdsaKey, "SHA256", SignedBlocks.CertificateVerify(32)));

        Assert.Equal(0, _ecdsaSigner.Calls);
        Assert.True(SignatureOperation.RefusedCount > before);
    }

    [Fact]
    public void DigestSign_SessionOfAnotherToken_IsRefused() =>
        AssertRefused(_ecdsaSigner, () => InScope(
            _rsaSigner, () => LibCryptoSignature.TrySign(_ecdsaKey, "SHA256", SignedBlocks.CertificateVerify(32))), inScope: false);

    [Fact]
    public void DigestSign_Pkcs1InTls13_IsRefused() =>
        AssertRefused(_rsaSigner, () => LibCryptoSignature.TrySign(
            _rsaKey, "SHA256", SignedBlocks.CertificateVerify(32), LibCryptoSignature.Pkcs1));

    [Fact]
    public void DigestSign_SchemeThatTheTokenLacks_IsRefused() =>
        AssertRefused(_ecdsaSigner, () => LibCryptoSignature.TrySign(_ecdsaKey, "SHA384", SignedBlocks.CertificateVerify(48)));

    [Theory]
    [InlineData("SHA1", LibCryptoSignature.Pss, -1)]
    [InlineData("SHA256", LibCryptoSignature.Pss, 20)]
    [InlineData("SHA256", 3, -1)]
    public void DigestSign_OtherDigestSaltOrPadding_NeverReachesTheSigner(string digest, int padding, int saltLength)
    {
        Assert.Null(InScope(_rsaSigner, () => LibCryptoSignature.TrySign(
            _rsaKey, digest, SignedBlocks.CertificateVerify(32), padding, saltLength)));

        Assert.Equal(0, _rsaSigner.Calls);
    }

    [Fact]
    public void DigestSign_SignerThrows_FailsWithItsReason()
    {
        using var scope = new SigningScope();
        scope.Add(_ecdsaSigner.Lease());
        _ecdsaSigner.Fault = new InvalidOperationException("the token caught fire");
        SigningScope.Current = scope;
        try
        {
            Assert.Null(LibCryptoSignature.TrySign(_ecdsaKey, "SHA256", SignedBlocks.CertificateVerify(32)));
        }
        finally
        {
            SigningScope.Current = null;
        }

        Assert.Same(_ecdsaSigner.Fault, scope.Failure!.InnerException);
        Assert.Null(scope.Signed);
    }

    [Fact]
    public void DigestSign_KeyWithdrawn_IsRefused()
    {
        using var key = new ProviderKey(_ecdsaSigner);
        using var handle = key.CreateHandle();
        key.Dispose();

        Assert.Throws<ForwardSecretProxy.OpenSsl.OpenSslException>(() => key.CreateHandle());
        Assert.Equal(0, _ecdsaSigner.Calls);
    }

    [Fact]
    public unsafe void Export_PrivateHalf_FailsWhilePublicHalfWorks()
    {
        using var handle = _ecdsaKey.CreateHandle();
        nint parameters;

        Assert.Equal(1, LibCrypto.EVP_PKEY_todata(handle.DangerousGetHandle(), LibCrypto.EVP_PKEY_PUBLIC_KEY, &parameters));
        LibCrypto.OSSL_PARAM_free(parameters);
        Assert.NotEqual(1, LibCrypto.EVP_PKEY_todata(handle.DangerousGetHandle(), LibCrypto.EVP_PKEY_KEYPAIR, &parameters));
        LibCrypto.ERR_clear_error();
    }

    private static void AssertRefused(CountingSigner signer, Func<byte[]?> sign, bool inScope = true)
    {
        var before = SignatureOperation.RefusedCount;
        Assert.Null(inScope ? InScope(signer, sign) : sign());
        Assert.Equal(0, signer.Calls);
        // Other tests refuse at the same time, so the count is at least one higher.
        Assert.True(SignatureOperation.RefusedCount > before);
    }

    private static byte[]? InScope(CountingSigner signer, Func<byte[]?> sign)
    {
        using var scope = new SigningScope();
        scope.Add(signer.Lease());
        SigningScope.Current = scope;
        try
        {
            return sign();
        }
        finally
        {
            SigningScope.Current = null;
        }
    }

    private sealed class CountingSigner(AsymmetricAlgorithm key, params SignatureScheme[] schemes) : ISigner, ISigningPool
    {
        public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; } = key.ExportSubjectPublicKeyInfo();

        public IReadOnlyList<SignatureScheme> Schemes => schemes;

        public int MaxSignatureLength => 256;

        public ISigningPool Pool => this;

        public int Calls { get; private set; }

        public Exception? Fault { get; set; }

        public ISigningLease Lease() => new FreeLease(this);

        public bool IsAvailable => true;

        public ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken) => new(Lease());

        public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
        {
            Calls++;
            if (Fault is not null) throw Fault;
            var signature = key is ECDsa ecdsa
                ? ecdsa.SignData(message.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
                : ((RSA)key).SignData(message.ToArray(), HashAlgorithmName.SHA256,
                    scheme == SignatureScheme.RsaPkcs1Sha256 ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss);
            signature.CopyTo(destination);
            return signature.Length;
        }

        private sealed class FreeLease(ISigningPool pool) : ISigningLease
        {
            public ISigningPool Pool => pool;

            public void Dispose()
            {
            }
        }
    }
}
