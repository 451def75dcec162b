using System.Security.Cryptography;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Tests.Signing.Pkcs11;

public class SchemeMechanismTests
{
    public static TheoryData<SignatureScheme> Schemes => [.. Enum.GetValues<SignatureScheme>()];

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Of_EveryScheme_HasAMechanismAndAName(SignatureScheme scheme)
    {
        Assert.Equal(scheme, SchemeMechanism.Of(scheme).Scheme);
        Assert.Matches("^(ecdsa|rsa)_[a-z0-9_]+$", scheme.Name());
    }

    [Theory]
    [InlineData(SignatureScheme.RsaPkcs1Sha256)]
    [InlineData(SignatureScheme.RsaPkcs1Sha384)]
    [InlineData(SignatureScheme.RsaPkcs1Sha512)]
    public void WriteInput_Pkcs1_IsTheDigestInfoOfAReferenceSignature(SignatureScheme scheme)
    {
        using var rsa = RSA.Create(2048);
        var mechanism = SchemeMechanism.Of(scheme);
        var hash = new HashAlgorithmName($"SHA{8 * mechanism.DigestLength}");
        var padded = Open(rsa, rsa.SignData("message"u8.ToArray(), hash, RSASignaturePadding.Pkcs1));

        var input = new byte[96];
        var length = mechanism.WriteInput("message"u8, input);

        // 00 01 ff .. ff 00 DigestInfo (RFC 8017 section 9.2).
        Assert.Equal(Convert.ToHexString(padded[^length..]), Convert.ToHexString(input[..length]));
        Assert.Equal(0, padded[^(length + 1)]);
    }

    [Theory]
    [InlineData(SignatureScheme.EcdsaSecp256r1Sha256, 32)]
    [InlineData(SignatureScheme.EcdsaSecp384r1Sha384, 48)]
    [InlineData(SignatureScheme.RsaPssRsaeSha512, 64)]
    public void WriteInput_OtherSchemes_IsTheDigest(SignatureScheme scheme, int length)
    {
        var input = new byte[96];

        Assert.Equal(length, SchemeMechanism.Of(scheme).WriteInput("message"u8, input));
        var digest = length switch
        {
            32 => SHA256.HashData("message"u8),
            48 => SHA384.HashData("message"u8),
            _ => SHA512.HashData("message"u8),
        };
        Assert.Equal(digest, input[..length]);
    }

    private static byte[] Open(RSA rsa, byte[] signature)
    {
        var key = rsa.ExportParameters(false);
        var opened = System.Numerics.BigInteger.ModPow(
            new(signature, true, true), new(key.Exponent, true, true), new(key.Modulus, true, true));
        return opened.ToByteArray(true, true);
    }
}
