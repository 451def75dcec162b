using System.Buffers.Text;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.Acme;

/// <summary>By what an authority that is asked about renewal knows a certificate (RFC 9773 section 4.1).</summary>
internal static class RenewalId
{
    /// <summary>The authority key identifier, a dot, and the serial number; null for a certificate that does not name its authority's key.</summary>
    /// <exception cref="AsnContentException">It is no certificate.</exception>
    public static string? Of(ReadOnlyMemory<byte> der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der.Span);
        return certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier is { } authority
            ? Base64Url.EncodeToString(authority.Span) + "." + Base64Url.EncodeToString(SerialNumber(der))
            : null;
    }

    /// <summary>As it is encoded, a leading zero byte included.</summary>
    private static ReadOnlySpan<byte> SerialNumber(ReadOnlyMemory<byte> der)
    {
        var version = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        var content = new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        if (content.PeekTag().HasSameClassAndValue(version)) content.ReadEncodedValue();
        return content.ReadIntegerBytes().Span;
    }
}
