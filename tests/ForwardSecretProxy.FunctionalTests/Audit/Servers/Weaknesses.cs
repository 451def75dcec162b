namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>What can be wrong with a server, by the id of the check that has to find it.</summary>
internal static class Weaknesses
{
    public const string AnonymousKeyExchange = "anonymous-key-exchange";
    public const string CbcSuites = "cbc-suites";
    public const string CertificateChain = "certificate-chain";
    public const string CertificateDates = "certificate-dates";
    public const string CertificateKey = "certificate-key";
    public const string CertificateNames = "certificate-names";
    public const string CertificateSignature = "certificate-signature";
    public const string ClientRenegotiation = "client-renegotiation";
    public const string Compression = "compression";
    public const string DhParameters = "dh-parameters";
    public const string DowngradeSentinel = "downgrade-sentinel";
    public const string EarlyData = "early-data";
    public const string EphemeralKeyReuse = "ephemeral-key-reuse";
    public const string ExtendedMasterSecret = "extended-master-secret";
    public const string FallbackScsv = "fallback-scsv";
    public const string HandshakeSignature = "handshake-signature";
    public const string Heartbeat = "heartbeat";
    public const string MustStaple = "must-staple";
    public const string ProtocolVersions = "protocol-versions";
    public const string PskWithoutKeyExchange = "psk-without-key-exchange";
    public const string SecureRenegotiation = "secure-renegotiation";
    public const string SessionIdResumption = "session-id-resumption";
    public const string StaticKeyExchange = "static-key-exchange";
    public const string StrictTransportSecurity = "strict-transport-security";
    public const string TicketKeyLifetime = "ticket-key-lifetime";
    public const string TicketLifetimeHint = "ticket-lifetime-hint";
    public const string TicketReuse = "ticket-reuse";
    public const string Tls12Tickets = "tls12-tickets";
    public const string WeakCiphers = "weak-ciphers";
}
