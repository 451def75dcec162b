namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>A protocol that turns to TLS on request.</summary>
public enum StartTlsProtocol
{
    /// <summary>RFC 3207.</summary>
    Smtp,

    /// <summary>RFC 9051 section 6.2.1.</summary>
    Imap,

    /// <summary>RFC 2595 section 4.</summary>
    Pop3,

    /// <summary>ManageSieve, RFC 5804 section 2.2.</summary>
    Sieve,

    /// <summary>A client's stream, RFC 6120 section 5.</summary>
    Xmpp,

    /// <summary>A server's stream to another, RFC 6120 section 5.</summary>
    XmppServer,

    /// <summary>RFC 4511 section 4.14.</summary>
    Ldap,

    /// <summary>PostgreSQL's SSLRequest (its manual's "Message Flow", section "SSL Session Encryption").</summary>
    Postgres,
}
