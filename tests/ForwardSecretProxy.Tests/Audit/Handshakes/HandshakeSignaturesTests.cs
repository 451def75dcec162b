using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Handshakes;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace ForwardSecretProxy.Tests.Audit.Handshakes;

/// <summary>Signatures that others made: .NET's, and BouncyCastle's where .NET has none.</summary>
public sealed class HandshakeSignaturesTests
{
    private static readonly byte[] Content = "what was said"u8.ToArray();

    [Theory]
    [InlineData(0x0201, "SHA1", false)]
    [InlineData(0x0401, "SHA256", false)]
    [InlineData(0x0601, "SHA512", false)]
    [InlineData(0x0804, "SHA256", true)]
    [InlineData(0x0805, "SHA384", true)]
    [InlineData(0x080B, "SHA512", true)]
    public void Verify_Rsa_HoldsUntilChanged(int scheme, string hash, bool isPss)
    {
        using var rsa = RSA.Create(2048);
        var signature = rsa.SignData(Content, new HashAlgorithmName(hash), isPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);

        AssertHoldsUntilChanged(rsa.ExportSubjectPublicKeyInfo(), (ushort)scheme, signature);
    }

    [Theory]
    [InlineData(0x0403, "SHA256", "nistP256")]
    [InlineData(0x0503, "SHA384", "nistP384")]
    [InlineData(0x0603, "SHA512", "nistP521")]
    [InlineData(0x081B, "SHA384", "brainpoolP384r1")]
    [InlineData(0x0203, "SHA1", "nistP256")]
    public void Verify_Ecdsa_HoldsUntilChanged(int scheme, string hash, string curve)
    {
        using var ecdsa = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        var signature = ecdsa.SignData(Content, new HashAlgorithmName(hash), DSASignatureFormat.Rfc3279DerSequence);

        AssertHoldsUntilChanged(ecdsa.ExportSubjectPublicKeyInfo(), (ushort)scheme, signature);
    }

    [Fact]
    public void Verify_EdwardsCurvesAndMlDsa_HoldUntilChanged()
    {
        var edwards = new Ed25519PrivateKeyParameters(new SecureRandom());
        AssertHoldsUntilChanged(Spki(edwards.GeneratePublicKey()), 0x0807, Sign(new Ed25519Signer(), edwards));
        var larger = new Ed448PrivateKeyParameters(new SecureRandom());
        AssertHoldsUntilChanged(Spki(larger.GeneratePublicKey()), 0x0808, Sign(new Ed448Signer([]), larger));
        var generator = new MLDsaKeyPairGenerator();
        generator.Init(new MLDsaKeyGenerationParameters(new SecureRandom(), MLDsaParameters.ml_dsa_65));
        var pair = generator.GenerateKeyPair();
        AssertHoldsUntilChanged(Spki(pair.Public), 0x0905, Sign(new MLDsaSigner(MLDsaParameters.ml_dsa_65, true), pair.Private));
    }

    [Fact]
    public void Verify_KeyOfAnotherKind_DoesNotHold()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.False(HandshakeSignatures.Verify(ecdsa.ExportSubjectPublicKeyInfo(), 0x0804, Content, new byte[256]));
    }

    [Fact]
    public void Verify_UnknownSchemeOrKey_IsUnknown()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Null(HandshakeSignatures.Verify(ecdsa.ExportSubjectPublicKeyInfo(), 0x0709, Content, new byte[64]));
        Assert.Null(HandshakeSignatures.Verify([0x30, 0x03, 1, 2, 3], 0x0403, Content, new byte[64]));
    }

    private static void AssertHoldsUntilChanged(byte[] publicKey, ushort scheme, byte[] signature)
    {
        Assert.True(HandshakeSignatures.Verify(publicKey, scheme, Content, signature));
        Assert.False(HandshakeSignatures.Verify(publicKey, scheme, [.. Content, 0], signature));
        Assert.False(HandshakeSignatures.Verify(publicKey, scheme, Content, signature[..^1]));
        Assert.False(HandshakeSignatures.Verify(publicKey, scheme, Content, []));
        signature[signature.Length / 2] ^= 1;
        Assert.False(HandshakeSignatures.Verify(publicKey, scheme, Content, signature));
    }

    private static byte[] Spki(AsymmetricKeyParameter key) =>
        SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(key).GetDerEncoded();

    private static byte[] Sign(ISigner signer, ICipherParameters key)
    {
        signer.Init(forSigning: true, key);
        signer.BlockUpdate(Content, 0, Content.Length);
        return signer.GenerateSignature();
    }
}
