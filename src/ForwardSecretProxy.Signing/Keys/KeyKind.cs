namespace ForwardSecretProxy.Signing.Keys;

/// <summary>The kinds of keys that are made on a token.</summary>
public enum KeyKind
{
    /// <summary>
    /// ECDSA on P-256: the default, the fastest to sign, taken by every client of the last ten years.
    /// </summary>
    EcP256,

    /// <summary>ECDSA on P-384.</summary>
    EcP384,

    /// <summary>RSA with a modulus of 2048 bits.</summary>
    Rsa2048,

    /// <summary>RSA with a modulus of 3072 bits.</summary>
    Rsa3072,

    /// <summary>RSA with a modulus of 4096 bits.</summary>
    Rsa4096,
}
