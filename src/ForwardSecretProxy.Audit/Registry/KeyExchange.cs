namespace ForwardSecretProxy.Audit.Registry;

/// <summary>How a cipher suite of TLS 1.2 and before agrees on its keys, which decides whether they can be had later.</summary>
public enum KeyExchange
{
    /// <summary>TLS 1.3: the group is negotiated apart, and is ephemeral always.</summary>
    Separate,

    /// <summary>Ephemeral finite-field Diffie-Hellman.</summary>
    Dhe,

    /// <summary>Ephemeral elliptic-curve Diffie-Hellman (RFC 8422).</summary>
    Ecdhe,

    /// <summary>Ephemeral finite-field Diffie-Hellman with a shared key beside it (RFC 4279).</summary>
    DhePsk,

    /// <summary>Ephemeral elliptic-curve Diffie-Hellman with a shared key beside it (RFC 5489).</summary>
    EcdhePsk,

    /// <summary>Ephemeral, and authenticated by a password (RFC 8492).</summary>
    Eccpwd,

    /// <summary>Ephemeral, and authenticated by a password (RFC 5054).</summary>
    Srp,

    /// <summary>Ephemeral finite-field Diffie-Hellman without authentication.</summary>
    AnonymousDh,

    /// <summary>Ephemeral elliptic-curve Diffie-Hellman without authentication.</summary>
    AnonymousEcdh,

    /// <summary>The client encrypts the secret to the certificate's RSA key.</summary>
    Rsa,

    /// <summary>The certificate's key is the server's Diffie-Hellman share.</summary>
    StaticDh,

    /// <summary>The certificate's key is the server's elliptic-curve share.</summary>
    StaticEcdh,

    /// <summary>The keys come from the shared key alone (RFC 4279).</summary>
    Psk,

    /// <summary>The client encrypts the secret to the certificate's RSA key; a shared key is beside it (RFC 4279).</summary>
    RsaPsk,

    /// <summary>Kerberos (RFC 2712): the keys come from the ticket, and so from the service's long-term key.</summary>
    Kerberos,

    /// <summary>GOST (RFC 9189): the client encrypts the secret to the certificate's key.</summary>
    Gost,

    /// <summary>No key exchange at all.</summary>
    None,
}
