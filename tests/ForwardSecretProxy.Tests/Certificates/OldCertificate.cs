using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace ForwardSecretProxy.Tests.Certificates;

/// <summary>Certificates signed with algorithms that .NET no longer signs certificates with.</summary>
internal static class OldCertificate
{
    private static readonly SecureRandom Random = new();
    private static readonly AsymmetricCipherKeyPair Keys = Generate();

    /// <summary>Makes one with an RSA key; <paramref name="algorithm"/> is by BouncyCastle's name.</summary>
    public static byte[] SelfSigned(string algorithm)
    {
        var generator = new X509V3CertificateGenerator();
        generator.SetSerialNumber(BigInteger.ValueOf(1));
        generator.SetIssuerDN(new X509Name("CN=old.example.org"));
        generator.SetSubjectDN(new X509Name("CN=old.example.org"));
        generator.SetNotBefore(TestAuthority.Now.UtcDateTime.AddDays(-10));
        generator.SetNotAfter(TestAuthority.Now.UtcDateTime.AddDays(80));
        generator.SetPublicKey(Keys.Public);
        return generator.Generate(new Asn1SignatureFactory(algorithm, Keys.Private, Random)).GetEncoded();
    }

    private static AsymmetricCipherKeyPair Generate()
    {
        var generator = GeneratorUtilities.GetKeyPairGenerator("RSA");
        generator.Init(new KeyGenerationParameters(Random, 2048));
        return generator.GenerateKeyPair();
    }
}
