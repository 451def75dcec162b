using System.Security.Cryptography;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Tests.Signing.Keys;

public class SubjectPublicKeyTests
{
    [Theory]
    [InlineData(256, "EC P-256", SignatureScheme.EcdsaSecp256r1Sha256)]
    [InlineData(384, "EC P-384", SignatureScheme.EcdsaSecp384r1Sha384)]
    public void Parse_Ecdsa_HasTheCurvesOneScheme(int bits, string name, SignatureScheme scheme)
    {
        using var key = ECDsa.Create(bits == 256 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);

        var parsed = SubjectPublicKey.Parse(key.ExportSubjectPublicKeyInfo());

        Assert.Equal(name, parsed.ToString());
        Assert.Equal([scheme], parsed.Schemes);
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), parsed.Encoded.ToArray());
        Assert.Equal(key.ExportSubjectPublicKeyInfoPem(), parsed.ToPem());
    }

    [Fact]
    public void Verify_Ecdsa_TakesItsOwnSignatureOnly()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = key.SignData(
            "message"u8.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var parsed = SubjectPublicKey.Parse(key.ExportSubjectPublicKeyInfo());

        Assert.True(parsed.Verify(SignatureScheme.EcdsaSecp256r1Sha256, "message"u8, signature));
        Assert.False(parsed.Verify(SignatureScheme.EcdsaSecp256r1Sha256, "massage"u8, signature));
        Assert.True(signature.Length <= parsed.MaxSignatureLength);
    }

    [Fact]
    public void Verify_Rsa_TellsPaddingsAndHashesApart()
    {
        using var key = RSA.Create(2048);
        var signature = key.SignData("message"u8.ToArray(), HashAlgorithmName.SHA384, RSASignaturePadding.Pss);
        var parsed = SubjectPublicKey.Parse(key.ExportSubjectPublicKeyInfo());

        Assert.Equal("RSA 2048", parsed.ToString());
        Assert.Equal(256, parsed.MaxSignatureLength);
        var verifying = parsed.Schemes.Where(scheme => parsed.Verify(scheme, "message"u8, signature));
        Assert.Equal([SignatureScheme.RsaPssRsaeSha384], verifying);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(5120)]
    public void Parse_RsaOfAnotherSize_IsRefused(int bits)
    {
        // No prime factors are needed to be of a size.
        var modulus = new byte[bits / 8];
        modulus.AsSpan().Fill(0xff);
        using var key = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] });
        var encoded = key.ExportSubjectPublicKeyInfo();

        var error = Assert.Throws<TokenException>(() => SubjectPublicKey.Parse(encoded));

        Assert.Contains($"{bits} bits", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AnotherCurve_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        var encoded = key.ExportSubjectPublicKeyInfo();

        Assert.Throws<TokenException>(() => SubjectPublicKey.Parse(encoded));
    }

    [Fact]
    public void Parse_EveryTruncation_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var encoded = key.ExportSubjectPublicKeyInfo();

        for (var length = 0; length < encoded.Length; length++)
            Assert.Throws<TokenException>(() => SubjectPublicKey.Parse(encoded.AsSpan(0, length)));
    }

    [Fact]
    public void Matches_AnotherKey_IsFalse()
    {
        using var one = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parsed = SubjectPublicKey.Parse(one.ExportSubjectPublicKeyInfo());

        Assert.True(parsed.Matches(SubjectPublicKey.Parse(one.ExportSubjectPublicKeyInfo())));
        Assert.False(parsed.Matches(SubjectPublicKey.Parse(other.ExportSubjectPublicKeyInfo())));
    }
}
