using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A certificate authority of the tests: it certifies public keys whose private half it never sees.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;

    /// <summary>Makes a root that is good for a day.</summary>
    public TestAuthority()
    {
        var request = new CertificateRequest("CN=Test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>What clients are told to trust, in PEM.</summary>
    public string RootPem => _root.ExportCertificatePem();

    /// <summary>For a .NET client that shall accept this authority's certificates, with the right names, and no others.</summary>
    public X509ChainPolicy TrustOnlyThis() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { _root },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    /// <summary>Certifies <paramref name="subjectPublicKeyInfo"/> for the names; the chain in PEM, leaf first.</summary>
    public string Issue(ReadOnlySpan<byte> subjectPublicKeyInfo, params string[] names) =>
        Issue(subjectPublicKeyInfo, TimeSpan.FromMinutes(30), TimeSpan.FromHours(12), names);

    /// <summary>The same for a certificate that is of some age and has some time left.</summary>
    public string Issue(ReadOnlySpan<byte> subjectPublicKeyInfo, TimeSpan age, TimeSpan left, params string[] names)
    {
        var publicKey = PublicKey.CreateFromSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        var request = new CertificateRequest(
            new X500DistinguishedName($"CN={names[0]}"), publicKey, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var leaf = request.Create(
            _root.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_key),
            DateTimeOffset.UtcNow - age,
            DateTimeOffset.UtcNow + left,
            RandomNumberGenerator.GetBytes(12));
        return leaf.ExportCertificatePem() + "\n" + RootPem + "\n";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _root.Dispose();
        _key.Dispose();
    }
}
