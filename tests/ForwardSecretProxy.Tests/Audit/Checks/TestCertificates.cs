using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Tests.Audit.Checks;

/// <summary>Certificates made for the hand-built observations, and the authority that signed them.</summary>
internal static class TestCertificates
{
    /// <summary>When all scans of these tests happen.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly ECDsa RootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The authority.</summary>
    public static X509Certificate2 Root { get; } = CreateRoot("CN=Root of the tests", RootKey);

    /// <summary>Another authority, which nobody trusts.</summary>
    public static X509Certificate2 Stranger { get; } = CreateRoot("CN=Stranger", ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A chain as a server sends it.</summary>
    public static CertificateChainObservation Chain(params X509Certificate2[] certificates) => new()
    {
        Chain = [.. certificates.Select(one => Convert.ToBase64String(one.RawData))],
        ServerNames = ["example.org"],
        IsForTarget = true,
        Stapled = Answer.No,
    };

    /// <summary>A certificate of the authority for example.org and *.example.net.</summary>
    public static X509Certificate2 Issue(
        int days = 90, int daysAgo = 10, AsymmetricAlgorithm? key = null, string? name = "example.org", params X509Extension[] extensions)
    {
        var algorithm = HashAlgorithmName.SHA256;
        var request = key switch
        {
            RSA rsa => new CertificateRequest("CN=example.org", rsa, algorithm, RSASignaturePadding.Pkcs1),
            ECDsa ecdsa => new CertificateRequest("CN=example.org", ecdsa, algorithm),
            _ => new CertificateRequest("CN=example.org", ECDsa.Create(ECCurve.NamedCurves.nistP256), algorithm),
        };
        if (name is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            names.AddDnsName("*.example.net");
            request.CertificateExtensions.Add(names.Build());
        }

        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);
        var start = Now.AddDays(-daysAgo);
        return request.Create(
            Root.SubjectName, X509SignatureGenerator.CreateForECDsa(RootKey), start, start.AddDays(days), RandomNumberGenerator.GetBytes(8));
    }

    /// <summary>A certificate in the trusted authority's name that somebody else signed.</summary>
    public static X509Certificate2 IssueByStranger()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=example.org", key, HashAlgorithmName.SHA256).Create(
            Root.SubjectName, X509SignatureGenerator.CreateForECDsa(key), Now, Now.AddDays(90), [1]);
    }

    /// <summary>A certificate that says it is signed over SHA-1, which .NET does not make: the algorithm's last byte is changed.</summary>
    public static X509Certificate2 IssueOverSha1()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=example.org", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var der = request.Create(
            Root.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), Now, Now.AddDays(90), [1]).RawData;
        byte[] sha256 = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
        for (var at = 0; der.AsSpan(at).IndexOf(sha256) is >= 0 and var next; at += next + sha256.Length)
            der[at + next + sha256.Length - 1] = 0x05;
        return X509CertificateLoader.LoadCertificate(der);
    }

    /// <summary>An extension by its number and its content in hexadecimal.</summary>
    public static X509Extension Extension(string oid, string hex) => new(oid, Convert.FromHexString(hex), critical: false);

    /// <summary>The policy of a domain-validated certificate of a public authority, 2.23.140.1.2.1.</summary>
    public static X509Extension PublicPolicy { get; } = Extension("2.5.29.32", "300A3008060667810C010201");

    private static X509Certificate2 CreateRoot(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(9));
    }
}
