using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.Tests.Certificates;

/// <summary>A root and an intermediate that issue whatever leaf a test asks for, right or wrong.</summary>
internal sealed class TestAuthority
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _intermediateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority()
    {
        RootName = new X500DistinguishedName("CN=Test Root");
        IntermediateName = new X500DistinguishedName("CN=Test Intermediate");
        Root = Issue(Authority(RootName, _rootKey), RootName, _rootKey);
        Intermediate = Issue(Authority(IntermediateName, _intermediateKey), RootName, _rootKey);
    }

    public X500DistinguishedName RootName { get; }

    public X500DistinguishedName IntermediateName { get; }

    public byte[] Root { get; }

    public byte[] Intermediate { get; }

    public ECDsa LeafKey { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>A request that every rule is content with.</summary>
    public static CertificateRequest GoodLeaf(AsymmetricAlgorithm key, string subject = "CN=mail.example.org")
    {
        var request = Request(new X500DistinguishedName(subject), key);
        request.CertificateExtensions.Add(Names("mail.example.org"));
        request.CertificateExtensions.Add(Usage(X509KeyUsageFlags.DigitalSignature));
        request.CertificateExtensions.Add(Purpose("1.3.6.1.5.5.7.3.1"));
        return request;
    }

    public static CertificateRequest Bare(AsymmetricAlgorithm key, params X509Extension[] extensions)
    {
        var request = Request(new X500DistinguishedName("CN=mail.example.org"), key);
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);

        return request;
    }

    public static X509Extension Names(params string[] names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            builder.AddDnsName(name);

        return builder.Build();
    }

    public static X509Extension Usage(X509KeyUsageFlags usage) => new X509KeyUsageExtension(usage, critical: true);

    public static X509Extension Purpose(string oid) =>
        new X509EnhancedKeyUsageExtension([new Oid(oid)], critical: false);

    public byte[] Leaf(CertificateRequest request, int fromDays = -10, int toDays = 80) =>
        Issue(request, IntermediateName, _intermediateKey, fromDays, toDays);

    public byte[] GoodLeaf() => Leaf(GoodLeaf(LeafKey));

    /// <summary>Issues from the intermediate, for a time of its own.</summary>
    public byte[] Issue(CertificateRequest request, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using var certificate = request.Create(
            IntermediateName, X509SignatureGenerator.CreateForECDsa(_intermediateKey), notBefore, notAfter, RandomNumberGenerator.GetBytes(8));
        return certificate.RawData;
    }

    public static byte[] Issue(
        CertificateRequest request, X500DistinguishedName issuer, ECDsa issuerKey, int fromDays = -10, int toDays = 80)
    {
        var generator = X509SignatureGenerator.CreateForECDsa(issuerKey);
        using var certificate = request.Create(
            issuer, generator, Now.AddDays(fromDays), Now.AddDays(toDays), RandomNumberGenerator.GetBytes(8));
        return certificate.RawData;
    }

    public static CertificateRequest Authority(X500DistinguishedName name, AsymmetricAlgorithm key)
    {
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(Usage(X509KeyUsageFlags.KeyCertSign));
        return request;
    }

    public static string Pem(params byte[][] certificates) =>
        string.Concat(certificates.Select(der => PemEncoding.WriteString("CERTIFICATE", der) + "\n"));

    private static CertificateRequest Request(X500DistinguishedName name, AsymmetricAlgorithm key) => key switch
    {
        RSA rsa => new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        _ => new CertificateRequest(name, (ECDsa)key, HashAlgorithmName.SHA256),
    };
}
