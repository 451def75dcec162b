using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.Certificates;

/// <summary>What is written in one certificate (RFC 5280), read once and free of native handles.</summary>
internal sealed record CertificateFacts
{
    private const string TlsFeatureOid = "1.3.6.1.5.5.7.1.24";
    private const string AuthorityInformationAccessOid = "1.3.6.1.5.5.7.1.1";

    /// <summary>The certificate as it is sent.</summary>
    public required ReadOnlyMemory<byte> Der { get; init; }

    /// <summary>The subject for people; empty when the certificate has only alternative names.</summary>
    public required string Subject { get; init; }

    /// <summary>The issuer for people.</summary>
    public required string Issuer { get; init; }

    /// <summary>First moment of validity, UTC.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Last moment of validity, UTC.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>The public key as a DER SubjectPublicKeyInfo.</summary>
    public required ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; init; }

    /// <summary>RSA modulus length in bits; null when the key is not RSA.</summary>
    public int? RsaBits { get; init; }

    /// <summary>The OID of the key's named curve; null when the key is not on one.</summary>
    public string? CurveOid { get; init; }

    /// <summary>The hash that the issuer signed, such as <c>SHA-256</c>; null when the algorithm has none.</summary>
    public string? SignatureHash { get; init; }

    /// <summary>The dNSName entries of the subject alternative name, as written.</summary>
    public required IReadOnlyList<string> DnsNames { get; init; }

    /// <summary>The iPAddress entries of the subject alternative name.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>Allowed uses of the key; null when the certificate does not limit them.</summary>
    public X509KeyUsageFlags? KeyUsage { get; init; }

    /// <summary>The OIDs of the extended key usage; null when the certificate does not limit them.</summary>
    public IReadOnlyList<string>? ExtendedKeyUsage { get; init; }

    /// <summary>Whether basic constraints make it a CA.</summary>
    public bool IsAuthority { get; init; }

    /// <summary>Whether it promises a stapled OCSP response (RFC 7633, "must-staple").</summary>
    public bool MustStaple { get; init; }

    /// <summary>Whether it says where its issuer can be fetched, as certificates below a public root do.</summary>
    public bool NamesIssuerLocation { get; init; }

    /// <summary>Whether issuer and subject are the same and its own key signed it.</summary>
    public bool IsSelfSigned => Names(this) && IsSignedBy(this);

    /// <summary>Reads a certificate.</summary>
    /// <exception cref="CryptographicException">It, or an extension that matters here, is malformed.</exception>
    public static CertificateFacts Read(byte[] der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        try
        {
            return Read(certificate);
        }
        catch (Exception exception) when (exception is not CryptographicException)
        {
            // Two parsers look at it, and each throws whatever it met; to the caller it is all the same.
            throw new CryptographicException("An extension is malformed.", exception);
        }
    }

    /// <summary>Whether this certificate's issuer is the subject of <paramref name="other"/>.</summary>
    public bool Names(CertificateFacts other) => CertificateSignature.NamesMatch(Der, other.Der);

    /// <summary>Whether the key of <paramref name="issuer"/> made the signature on this certificate.</summary>
    public bool IsSignedBy(CertificateFacts issuer) => CertificateSignature.Verify(Der, issuer.Der);

    private static CertificateFacts Read(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        using var rsa = certificate.PublicKey.GetRSAPublicKey();
        return new CertificateFacts
        {
            Der = certificate.RawData,
            Subject = certificate.Subject,
            Issuer = certificate.Issuer,
            NotBefore = certificate.NotBefore.ToUniversalTime(),
            NotAfter = certificate.NotAfter.ToUniversalTime(),
            SubjectPublicKeyInfo = certificate.PublicKey.ExportSubjectPublicKeyInfo(),
            RsaBits = rsa?.KeySize,
            CurveOid = Curve(certificate.PublicKey),
            SignatureHash = CertificateSignature.Hash(certificate.RawData),
            DnsNames = names?.EnumerateDnsNames().ToArray() ?? [],
            Addresses = names?.EnumerateIPAddresses().ToArray() ?? [],
            KeyUsage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault()?.KeyUsages,
            ExtendedKeyUsage = Usages(certificate),
            IsAuthority = certificate.Extensions.OfType<X509BasicConstraintsExtension>()
                .FirstOrDefault()?.CertificateAuthority ?? false,
            MustStaple = HasStatusRequestFeature(certificate.Extensions[TlsFeatureOid]),
            NamesIssuerLocation = (certificate.Extensions[AuthorityInformationAccessOid]
                as X509AuthorityInformationAccessExtension)?.EnumerateCAIssuersUris().Any() ?? false,
        };
    }

    private static string[]? Usages(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault()
            ?.EnhancedKeyUsages.Cast<Oid>().Select(oid => oid.Value!).ToArray();

    /// <summary>Reads the namedCurve of RFC 5480 section 2.1.1; explicit parameters name none.</summary>
    private static string? Curve(PublicKey key)
    {
        const string EcPublicKeyOid = "1.2.840.10045.2.1";
        if (key.Oid.Value != EcPublicKeyOid || key.EncodedParameters is not { } parameters)
            return null;

        var reader = new AsnReader(parameters.RawData, AsnEncodingRules.DER);
        return reader.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier) ? reader.ReadObjectIdentifier() : null;
    }

    private static bool HasStatusRequestFeature(X509Extension? extension)
    {
        const int StatusRequest = 5;
        if (extension is null)
            return false;

        var features = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (features.HasData)
        {
            if (features.ReadInteger() == StatusRequest)
                return true;
        }

        return false;
    }
}
