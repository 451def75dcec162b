namespace ForwardSecretProxy.Audit.Registry;

/// <summary>What a cipher suite's server proves itself with.</summary>
public enum Authentication
{
    /// <summary>TLS 1.3: a signature scheme is negotiated apart.</summary>
    Separate,

    /// <summary>An RSA certificate.</summary>
    Rsa,

    /// <summary>An elliptic-curve certificate: ECDSA, or EdDSA (RFC 8422).</summary>
    Ecdsa,

    /// <summary>A DSA certificate.</summary>
    Dss,

    /// <summary>A GOST certificate.</summary>
    Gost,

    /// <summary>An ML-DSA certificate (FIPS 204), in TLS 1.3 only.</summary>
    MlDsa,

    /// <summary>A key or password that both sides know.</summary>
    SharedSecret,

    /// <summary>A Kerberos ticket.</summary>
    Kerberos,

    /// <summary>Nothing: anybody can be in the middle.</summary>
    None,
}
