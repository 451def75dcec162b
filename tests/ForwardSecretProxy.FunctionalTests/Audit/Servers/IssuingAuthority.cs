using System.Security.Cryptography;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>A root and an intermediate authority that certify anything, with old algorithms too.</summary>
internal sealed class IssuingAuthority
{
    private const string GoodAlgorithm = "SHA256WITHRSA";
    private static readonly DerObjectIdentifier TlsFeature = new("1.3.6.1.5.5.7.1.24");
    private static readonly SecureRandom Random = new();

    private readonly AsymmetricCipherKeyPair _rootKey = NewKey();
    private readonly AsymmetricCipherKeyPair _intermediateKey = NewKey();
    private readonly string _intermediate;

    public IssuingAuthority()
    {
        Root = Pem(Authority("Audit test root", _rootKey, "Audit test root"));
        _intermediate = Pem(Authority("Audit test intermediate", _intermediateKey, "Audit test root"));
    }

    /// <summary>What clients are told to trust, in PEM.</summary>
    public string Root { get; }

    /// <summary>The certificate for a public key, and those that a server sends after it, in PEM.</summary>
    public (string Leaf, string Issuers) Issue(byte[] subjectPublicKeyInfo, CertificateTraits traits)
    {
        var generator = Begin(traits.Names[0], "Audit test intermediate", traits.DaysLeft);
        generator.SetPublicKey(PublicKeyFactory.CreateKey(subjectPublicKeyInfo));
        generator.AddExtension(X509Extensions.BasicConstraints, true, new BasicConstraints(false));
        generator.AddExtension(X509Extensions.KeyUsage, true,
            new KeyUsage(KeyUsage.DigitalSignature | KeyUsage.KeyEncipherment | KeyUsage.KeyAgreement));
        generator.AddExtension(X509Extensions.ExtendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeID.id_kp_serverAuth));
        generator.AddExtension(X509Extensions.SubjectAlternativeName, false,
            new GeneralNames([.. traits.Names.Select(name => new GeneralName(GeneralName.DnsName, name))]));
        if (traits.MustStaple)
            generator.AddExtension(TlsFeature, false, new DerSequence(DerInteger.ValueOf(5)));

        var leaf = Pem(generator.Generate(new Asn1SignatureFactory(traits.SignatureAlgorithm, _intermediateKey.Private, Random)));
        return (leaf, traits.IsMisordered ? Root + _intermediate : _intermediate);
    }

    private X509Certificate Authority(string name, AsymmetricCipherKeyPair key, string issuer)
    {
        var generator = Begin(name, issuer, daysLeft: 900);
        generator.SetPublicKey(key.Public);
        generator.AddExtension(X509Extensions.BasicConstraints, true, new BasicConstraints(true));
        generator.AddExtension(X509Extensions.KeyUsage, true, new KeyUsage(KeyUsage.KeyCertSign | KeyUsage.CrlSign));
        return generator.Generate(new Asn1SignatureFactory(GoodAlgorithm, _rootKey.Private, Random));
    }

    private static X509V3CertificateGenerator Begin(string subject, string issuer, int daysLeft)
    {
        var generator = new X509V3CertificateGenerator();
        generator.SetSerialNumber(new BigInteger(1, RandomNumberGenerator.GetBytes(12)));
        generator.SetSubjectDN(new X509Name("CN=" + subject));
        generator.SetIssuerDN(new X509Name("CN=" + issuer));
        generator.SetNotBefore(DateTime.UtcNow.AddDays(-30));
        generator.SetNotAfter(DateTime.UtcNow.AddDays(daysLeft));
        return generator;
    }

    private static string Pem(X509Certificate certificate) =>
        PemEncoding.WriteString("CERTIFICATE", certificate.GetEncoded()) + "\n";

    private static AsymmetricCipherKeyPair NewKey()
    {
        using var key = RSA.Create(2048);
        return DotNetUtilities.GetRsaKeyPair(key);
    }
}
