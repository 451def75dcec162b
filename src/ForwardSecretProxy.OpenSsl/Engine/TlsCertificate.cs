using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>A certificate chain together with the signer that holds its leaf's private key.</summary>
/// <param name="Chain">DER certificates, the leaf first, each signed by the next; the root may be left out.</param>
/// <param name="DnsNames">The leaf's DNS names in lower case A-label form; a leading <c>*.</c> stands for one label.</param>
/// <param name="Signer">Its public key equals the leaf's; the engine checks that again.</param>
public sealed record TlsCertificate(
    IReadOnlyList<ReadOnlyMemory<byte>> Chain,
    IReadOnlyList<string> DnsNames,
    ISigner Signer)
{
    /// <summary>
    /// What stands in for it while its key cannot sign, in this order: certificates for the same names with other keys, of
    /// any type. Their names and spares do not count.
    /// </summary>
    public IReadOnlyList<TlsCertificate> Spares { get; init; } = [];

    /// <summary>Which of it and its spares is used; null for it itself.</summary>
    public IKeyChoice? Choice { get; init; }

    /// <summary>libssl has one place for a certificate of each key type.</summary>
    internal TlsKeyType KeyType =>
        Signer.Schemes.Any(scheme => scheme is SignatureScheme.EcdsaSecp256r1Sha256 or SignatureScheme.EcdsaSecp384r1Sha384)
            ? TlsKeyType.EllipticCurve
            : TlsKeyType.Rsa;
}

/// <summary>The key types a certificate can have here.</summary>
internal enum TlsKeyType
{
    /// <summary>ECDSA on P-256 or P-384.</summary>
    EllipticCurve,

    /// <summary>RSA with an rsaEncryption key.</summary>
    Rsa,
}
