namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>What a profile can allow or demand beside versions, suites, groups, schemes and certificates.</summary>
public enum TlsFeature
{
    /// <summary>TLS compresses (TLS 1.2 and before).</summary>
    Compression,

    /// <summary>Renegotiation indication, RFC 5746 (TLS 1.2 and before).</summary>
    SecureRenegotiation,

    /// <summary>Clients may renegotiate (TLS 1.2 and before).</summary>
    ClientRenegotiation,

    /// <summary>RFC 7627 (TLS 1.2 and before).</summary>
    ExtendedMasterSecret,

    /// <summary>RFC 7366 (TLS 1.2 and before, and only where CBC suites are offered).</summary>
    EncryptThenMac,

    /// <summary>Session tickets before TLS 1.3.</summary>
    Tls12Tickets,

    /// <summary>Resumption by session ID before TLS 1.3.</summary>
    SessionIds,

    /// <summary>Tickets in TLS 1.3.</summary>
    Tls13Tickets,

    /// <summary>A TLS 1.3 ticket is accepted twice.</summary>
    Tls13TicketReuse,

    /// <summary>TLS 1.3 resumption without a key exchange.</summary>
    PskWithoutKeyExchange,

    /// <summary>0-RTT data.</summary>
    EarlyData,

    /// <summary>RFC 6520.</summary>
    Heartbeat,

    /// <summary>The server's key shares come again.</summary>
    KeyShareReuse,

    /// <summary>An OCSP response is stapled to every certificate.</summary>
    OcspStapling,

    /// <summary>The server's order of suites decides.</summary>
    ServerPreference,
}
