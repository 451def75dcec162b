using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>A chain with its certificates read.</summary>
/// <param name="Seen">As it came.</param>
/// <param name="Certificates">The certificates, the server's own first.</param>
internal sealed record ReadChain(CertificateChainObservation Seen, IReadOnlyList<X509Certificate2> Certificates)
{
    // RFC 6962 section 3.3, RFC 7633 section 6, and the policies that the CA/Browser Forum's
    // Baseline Requirements section 7.1.2.7.9 demand in every certificate of a public authority.
    private const string TimestampList = "1.3.6.1.4.1.11129.2.4.2";
    private const string TlsFeatureList = "1.3.6.1.5.5.7.1.24";
    private const string Policies = "2.5.29.32";
    private static readonly byte[] PublicPolicyPrefix = [0x67, 0x81, 0x0C, 0x01];
    private static readonly byte[] StatusRequest = [0x02, 0x01, 0x05];

    /// <summary>The server's own.</summary>
    public X509Certificate2 Leaf => Certificates[0];

    /// <summary>How findings call it.</summary>
    public string Name => Leaf.GetNameInfo(X509NameType.DnsName, false) is { Length: > 0 } name ? name : Leaf.Subject;

    /// <summary>Whether the server's own certificate signed itself.</summary>
    public bool IsSelfSigned => IsSelfIssued(Leaf);

    /// <summary>Whether it was issued under the rules that public authorities follow.</summary>
    public bool IsPublic => Extension(Policies)?.AsSpan().IndexOf(PublicPolicyPrefix) >= 0;

    /// <summary>Whether signed certificate timestamps are in the certificate.</summary>
    public bool HasTimestamps => Extension(TimestampList) is not null;

    /// <summary>Whether the certificate demands a stapled OCSP response: status_request, 5, is in its list.</summary>
    public bool MustStaple => Extension(TlsFeatureList)?.AsSpan().IndexOf(StatusRequest) >= 0;

    /// <summary>Whether a certificate names itself as its issuer.</summary>
    public static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    /// <summary>Reads it; null when one of the certificates is none.</summary>
    public static ReadChain? TryRead(CertificateChainObservation seen)
    {
        try
        {
            var certificates = seen.Chain.Select(text => X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text))).ToList();
            return certificates.Count > 0 ? new ReadChain(seen, certificates) : null;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private byte[]? Extension(string oid) => Leaf.Extensions.FirstOrDefault(extension => extension.Oid?.Value == oid)?.RawData;
}
