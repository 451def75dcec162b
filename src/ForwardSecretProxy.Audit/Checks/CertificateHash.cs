using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>The hash that a certificate was signed over.</summary>
internal static class CertificateHash
{
    /// <summary>Such as <c>sha256</c>; <c>none</c> for schemes that hash for themselves; null for one that is not known.</summary>
    public static string? Of(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        "1.2.840.113549.1.1.2" => "md2",
        "1.2.840.113549.1.1.4" => "md5",
        "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" or "1.2.840.10040.4.3" or "1.3.14.3.2.29" => "sha1",
        "1.2.840.113549.1.1.14" or "1.2.840.10045.4.3.1" or "2.16.840.1.101.3.4.3.1" => "sha224",
        "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" or "2.16.840.1.101.3.4.3.2" => "sha256",
        "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => "sha384",
        "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => "sha512",
        "1.3.101.112" or "1.3.101.113" => "none",
        "1.2.840.113549.1.1.10" => OfPss(certificate),
        _ => null,
    };

    // RFC 4055 section 3.1: without parameters it is SHA-1.
    private static string? OfPss(X509Certificate2 certificate)
    {
        var algorithm = X509CertificateStructure.GetInstance(certificate.RawData).SignatureAlgorithm;
        if (algorithm.Parameters is null)
            return "sha1";
        return RsassaPssParameters.GetInstance(algorithm.Parameters).HashAlgorithm.Algorithm.Id switch
        {
            "1.3.14.3.2.26" => "sha1",
            "2.16.840.1.101.3.4.2.4" => "sha224",
            "2.16.840.1.101.3.4.2.1" => "sha256",
            "2.16.840.1.101.3.4.2.2" => "sha384",
            "2.16.840.1.101.3.4.2.3" => "sha512",
            _ => null,
        };
    }
}
