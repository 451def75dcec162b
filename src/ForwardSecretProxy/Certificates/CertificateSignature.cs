using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// What ties one certificate to the next: names and signatures. BouncyCastle does it, since .NET verifies signatures
/// only within a whole chain up to a trusted root, and with every other rule at once.
/// </summary>
internal static class CertificateSignature
{
    /// <summary>Whether <paramref name="issuer"/>'s subject is the issuer named (RFC 5280 section 7.1).</summary>
    public static bool NamesMatch(ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> issuer) =>
        Parse(certificate).IssuerDN.Equivalent(Parse(issuer).SubjectDN);

    /// <summary>Whether the key of <paramref name="issuer"/> signed <paramref name="certificate"/>.</summary>
    public static bool Verify(ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> issuer)
    {
        try
        {
            Parse(certificate).Verify(Parse(issuer).GetPublicKey());
            return true;
        }
        catch (Exception exception) when (exception
            is GeneralSecurityException or CryptoException or ArgumentException or InvalidOperationException)
        {
            // A wrong signature, a key of another kind, an unknown algorithm: not signed by it as far as we can tell.
            return false;
        }
    }

    /// <summary>
    /// The hash that was signed, such as <c>SHA-256</c>; null when the algorithm has none of its own, as Ed25519.
    /// </summary>
    public static string? Hash(ReadOnlyMemory<byte> certificate)
    {
        var algorithm = Parse(certificate).CertificateStructure.SignatureAlgorithm;
        if (algorithm.Algorithm.Equals(PkcsObjectIdentifiers.IdRsassaPss))
        {
            // Kept in the parameters, where leaving it out means SHA-1 (RFC 4055 section 3.1).
            return DigestUtilities.GetAlgorithmName(
                RsassaPssParameters.GetInstance(algorithm.Parameters).HashAlgorithm.Algorithm);
        }

        // Written as SHA-256withECDSA or MD5withRSA.
        var name = SignerUtilities.GetEncodingName(algorithm.Algorithm);
        var end = name?.IndexOf("with", StringComparison.OrdinalIgnoreCase) ?? -1;
        return end > 0 ? name![..end] : null;
    }

    private static X509Certificate Parse(ReadOnlyMemory<byte> der) =>
        new(X509CertificateStructure.GetInstance(der.ToArray()));
}
