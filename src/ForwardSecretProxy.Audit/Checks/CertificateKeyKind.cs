namespace ForwardSecretProxy.Audit.Checks;

/// <summary>What a certificate's key computes with.</summary>
public enum CertificateKeyKind
{
    /// <summary>None of the others; ML-DSA for one.</summary>
    Other,

    /// <summary>RSA.</summary>
    Rsa,

    /// <summary>ECDSA on a named curve.</summary>
    Ecdsa,

    /// <summary>Ed25519 or Ed448.</summary>
    EdDsa,

    /// <summary>DSA.</summary>
    Dsa,
}
