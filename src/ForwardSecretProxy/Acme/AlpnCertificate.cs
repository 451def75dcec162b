using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Acme;

/// <summary>
/// The certificate that answers a tls-alpn-01 challenge (RFC 8737 section 3): self-signed by a throw-away key, for one name, and
/// with the challenge in a critical extension that no ordinary client knows.
/// </summary>
internal static class AlpnCertificate
{
    /// <summary>id-pe-acmeIdentifier (section 6.1).</summary>
    private const string ExtensionOid = "1.3.6.1.5.5.7.1.31";

    // An authority looks at once; this is for clocks that disagree.
    private static readonly TimeSpan Tolerance = TimeSpan.FromDays(1);

    /// <summary>Makes it.</summary>
    /// <param name="name">The host name.</param>
    /// <param name="digest">The SHA-256 of the key authorization.</param>
    /// <param name="now">The middle of its life.</param>
    /// <returns>The certificate and its key in PEM.</returns>
    public static byte[] Create(string name, ReadOnlySpan<byte> digest, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        var request = new CertificateRequest("CN=ACME challenge", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509Extension(ExtensionOid, WriteDigest(digest), critical: true));
        using var certificate = request.CreateSelfSigned(now - Tolerance, now + Tolerance);
        return Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Reads what <see cref="Create"/> wrote; null when it is anything but the answer to a challenge for that name.</summary>
    public static ChallengeCertificate? Read(string pem, string name)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(
                Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]));
            if (!IsAnswer(certificate, name)) return null;
            var key = ECDsa.Create();
            try
            {
                key.ImportFromPem(pem);
                var signer = new SoftwareSigner(key);
                if (signer.SubjectPublicKeyInfo.Span.SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
                    return new ChallengeCertificate(new TlsCertificate([certificate.RawData], [name], signer), signer);
            }
            catch
            {
                key.Dispose();
                throw;
            }

            key.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or FormatException or AsnContentException)
        {
            return null;
        }
    }

    // Whoever can write into the folder shall not be able to have any other certificate served for that.
    private static bool IsAnswer(X509Certificate2 certificate, string name) =>
        certificate.Extensions[ExtensionOid] is { Critical: true }
        && certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault() is { } names
        && names.EnumerateDnsNames().SequenceEqual([name])
        && !names.EnumerateIPAddresses().Any();

    private static byte[] WriteDigest(ReadOnlySpan<byte> digest)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(digest);
        return writer.Encode();
    }
}
