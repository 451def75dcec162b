using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A certificate authority for clients, with an intermediate. It writes what it issues as NAME.pem and NAME.key into a
/// directory, right or wrong as a test asks, and an intermediate to be sent with it as NAME.chain.
/// </summary>
internal sealed class ClientAuthority : IDisposable
{
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";

    private readonly TemporaryDirectory _directory;
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _intermediateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    public ClientAuthority(TemporaryDirectory directory, string name)
    {
        _directory = directory;
        var request = Authority($"CN={name} root", _rootKey);
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(50));
        _intermediate = Sign(Authority($"CN={name} intermediate", _intermediateKey), _root, _rootKey, -10, 50);
    }

    /// <summary>What a proxy is told to trust, in PEM.</summary>
    public string RootPem => _root.ExportCertificatePem();

    /// <summary>Issues for a new key on P-256, P-384, or RSA of so many bits.</summary>
    /// <returns>The certificate in DER.</returns>
    public byte[] Issue(string name, string keyType = "P-256", string? subject = null)
    {
        using var key = CreateKey(keyType);
        return Issue(name, key, Leaf(subject ?? $"CN={name}", key, ClientAuth), -1, 10);
    }

    /// <summary>Issues for a key in PEM that .NET does not know, such as Ed25519.</summary>
    public byte[] Issue(string name, string privateKeyPem, ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"),
            PublicKey.CreateFromSubjectPublicKeyInfo(subjectPublicKeyInfo, out _), HashAlgorithmName.SHA256);
        AddLeafExtensions(request, ClientAuth);
        return Write(name, Sign(request, _root, _rootKey, -1, 10), privateKeyPem);
    }

    /// <summary>Issues one that is over.</summary>
    public byte[] IssueExpired(string name)
    {
        using var key = CreateKey("P-256");
        return Issue(name, key, Leaf($"CN={name}", key, ClientAuth), -9, -1);
    }

    /// <summary>Issues one that is good for TLS servers only.</summary>
    public byte[] IssueForServer(string name)
    {
        using var key = CreateKey("P-256");
        return Issue(name, key, Leaf($"CN={name}", key, ServerAuth), -1, 10);
    }

    /// <summary>Issues one by a signature over SHA-1.</summary>
    public byte[] IssueOverSha1(string name)
    {
        using var key = CreateKey("P-256");
        var leaf = Leaf($"CN={name}", key, ClientAuth).Create(
            _root.SubjectName, new Sha1Generator(_rootKey),
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10), RandomNumberGenerator.GetBytes(12));
        return Write(name, leaf, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Issues by way of the intermediate, which is in the chain that is sent, or is not.</summary>
    public byte[] IssueBelowIntermediate(string name, bool withIntermediate)
    {
        using var key = CreateKey("P-256");
        if (withIntermediate) _directory.Write(name + ".chain", _intermediate.ExportCertificatePem());
        return Write(
            name, Sign(Leaf($"CN={name}", key, ClientAuth), _intermediate, _intermediateKey, -1, 10),
            key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Makes one that nobody vouches for.</summary>
    public byte[] SelfSign(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Write(
            name, Leaf($"CN={name}", key, ClientAuth).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)),
            key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>
    /// The chain of <paramref name="victim"/> with a key file (RFC 5915) that names its public key beside a private number
    /// of one's own: clients that compare only the public halves present it.
    /// </summary>
    public void Steal(string name, string victim)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(_directory.File(victim + ".pem"));
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteOctetString(own.ExportParameters(includePrivateParameters: true).D);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                writer.WriteObjectIdentifier("1.2.840.10045.3.1.7");
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
                writer.WriteBitString(certificate.PublicKey.EncodedKeyValue.RawData);
        }

        _directory.Write(name + ".pem", certificate.ExportCertificatePem());
        _directory.Write(name + ".key", PemEncoding.WriteString("EC PRIVATE KEY", writer.Encode()));
    }

    /// <summary>The root's revocation list in PEM.</summary>
    public string RevocationList(DateTimeOffset nextUpdate, params byte[][] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var der in revoked)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            builder.AddEntry(certificate);
        }

        return PemEncoding.WriteString("X509 CRL", builder.Build(
            _root.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey), 1, nextUpdate, HashAlgorithmName.SHA256,
            X509AuthorityKeyIdentifierExtension.CreateFromIssuerNameAndSerialNumber(_root.SubjectName, _root.SerialNumberBytes.Span),
            thisUpdate: nextUpdate.AddDays(-2)));
    }

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
        _rootKey.Dispose();
        _intermediateKey.Dispose();
    }

    private byte[] Issue(string name, AsymmetricAlgorithm key, CertificateRequest request, int fromDays, int toDays) =>
        Write(name, Sign(request, _root, _rootKey, fromDays, toDays), key.ExportPkcs8PrivateKeyPem());

    private byte[] Write(string name, X509Certificate2 leaf, string privateKeyPem)
    {
        using (leaf)
        {
            _directory.Write(name + ".pem", leaf.ExportCertificatePem());
            _directory.Write(name + ".key", privateKeyPem);
            return leaf.RawData;
        }
    }

    private static X509Certificate2 Sign(
        CertificateRequest request, X509Certificate2 issuer, ECDsa issuerKey, int fromDays, int toDays) => request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey),
            DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(toDays), RandomNumberGenerator.GetBytes(12));

    private static AsymmetricAlgorithm CreateKey(string type) => type switch
    {
        "P-256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        "P-384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        _ => RSA.Create(int.Parse(type, System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static CertificateRequest Authority(string subject, ECDsa key)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request;
    }

    private static CertificateRequest Leaf(string subject, AsymmetricAlgorithm key, string purpose)
    {
        var name = new X500DistinguishedName(subject);
        var request = key is RSA rsa
            ? new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(name, (ECDsa)key, HashAlgorithmName.SHA256);
        AddLeafExtensions(request, purpose);
        return request;
    }

    private static void AddLeafExtensions(CertificateRequest request, string purpose)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
    }

    /// <summary>ecdsa-with-SHA1 (RFC 5758 section 3.2), which .NET has no generator for.</summary>
    private sealed class Sha1Generator(ECDsa key) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            [0x30, 9, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];

#pragma warning disable CA5350 // That it is weak is the point.
        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) =>
            key.SignData(data, HashAlgorithmName.SHA1, DSASignatureFormat.Rfc3279DerSequence);
#pragma warning restore CA5350

        protected override PublicKey BuildPublicKey() => new(key);
    }
}
