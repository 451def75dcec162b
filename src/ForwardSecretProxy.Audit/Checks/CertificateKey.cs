using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>What kind of key a certificate has.</summary>
/// <param name="Kind">What it computes with.</param>
/// <param name="Bits">Its size as people quote it; 0 when it is not known.</param>
/// <param name="Curve">The curve's name as TLS has it, such as <c>secp256r1</c>; null for a key that has none.</param>
public sealed record CertificateKey(CertificateKeyKind Kind, int Bits, string? Curve)
{
    /// <summary>Reads the key of a certificate.</summary>
    public static CertificateKey Of(X509Certificate2 certificate) => certificate.PublicKey.Oid.Value switch
    {
        "1.2.840.113549.1.1.1" or "1.2.840.113549.1.1.10" => Rsa(certificate),
        "1.2.840.10045.2.1" => Ecdsa(certificate),
        "1.3.101.112" => new(CertificateKeyKind.EdDsa, 256, "ed25519"),
        "1.3.101.113" => new(CertificateKeyKind.EdDsa, 456, "ed448"),
        "1.2.840.10040.4.1" => new(CertificateKeyKind.Dsa, 0, null),
        var oid => new(CertificateKeyKind.Other, 0, oid),
    };

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        CertificateKeyKind.Rsa => FormattableString.Invariant($"RSA with {Bits} bits"),
        CertificateKeyKind.Ecdsa => $"ECDSA on {Curve}",
        CertificateKeyKind.EdDsa => Curve!,
        CertificateKeyKind.Dsa => "DSA",
        _ => Curve ?? "unknown",
    };

    private static CertificateKey Rsa(X509Certificate2 certificate)
    {
        // The key itself, not through RSA.Create: a library may refuse the very sizes that are to be found here.
        var modulus = new AsnReader(certificate.PublicKey.EncodedKeyValue.RawData, AsnEncodingRules.DER)
            .ReadSequence().ReadInteger();
        return new(CertificateKeyKind.Rsa, (int)modulus.GetBitLength(), null);
    }

    private static CertificateKey Ecdsa(X509Certificate2 certificate)
    {
        var oid = certificate.PublicKey.EncodedParameters?.RawData is [0x06, ..] parameters
            ? new AsnReader(parameters, AsnEncodingRules.DER).ReadObjectIdentifier()
            : "";
        return oid switch
        {
            "1.2.840.10045.3.1.1" => new(CertificateKeyKind.Ecdsa, 192, "secp192r1"),
            "1.3.132.0.33" => new(CertificateKeyKind.Ecdsa, 224, "secp224r1"),
            "1.2.840.10045.3.1.7" => new(CertificateKeyKind.Ecdsa, 256, "secp256r1"),
            "1.3.132.0.34" => new(CertificateKeyKind.Ecdsa, 384, "secp384r1"),
            "1.3.132.0.35" => new(CertificateKeyKind.Ecdsa, 521, "secp521r1"),
            "1.3.36.3.3.2.8.1.1.7" => new(CertificateKeyKind.Ecdsa, 256, "brainpoolP256r1"),
            "1.3.36.3.3.2.8.1.1.11" => new(CertificateKeyKind.Ecdsa, 384, "brainpoolP384r1"),
            "1.3.36.3.3.2.8.1.1.13" => new(CertificateKeyKind.Ecdsa, 512, "brainpoolP512r1"),
            _ => new(CertificateKeyKind.Other, 0, $"a curve of its own ({oid})"),
        };
    }
}
