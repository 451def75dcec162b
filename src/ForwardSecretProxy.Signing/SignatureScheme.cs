namespace ForwardSecretProxy.Signing;

/// <summary>
/// The TLS signature schemes this proxy can make, by their code point in RFC 8446 section 4.2.3.
/// </summary>
public enum SignatureScheme : ushort
{
    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256; TLS 1.2 only.</summary>
    RsaPkcs1Sha256 = 0x0401,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-384; TLS 1.2 only.</summary>
    RsaPkcs1Sha384 = 0x0501,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-512; TLS 1.2 only.</summary>
    RsaPkcs1Sha512 = 0x0601,

    /// <summary>ECDSA on P-256 with SHA-256.</summary>
    EcdsaSecp256r1Sha256 = 0x0403,

    /// <summary>ECDSA on P-384 with SHA-384.</summary>
    EcdsaSecp384r1Sha384 = 0x0503,

    /// <summary>RSASSA-PSS with SHA-256 and a salt as long as the digest, with an rsaEncryption key.</summary>
    RsaPssRsaeSha256 = 0x0804,

    /// <summary>RSASSA-PSS with SHA-384 and a salt as long as the digest, with an rsaEncryption key.</summary>
    RsaPssRsaeSha384 = 0x0805,

    /// <summary>RSASSA-PSS with SHA-512 and a salt as long as the digest, with an rsaEncryption key.</summary>
    RsaPssRsaeSha512 = 0x0806,
}
