using Org.BouncyCastle.Tls;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>What no real server should do, by BouncyCastle.</summary>
internal static class BouncyCastleServers
{
    private static readonly ProtocolVersion[] OnlyTls12 = [ProtocolVersion.TLSv12];
    private static readonly ProtocolVersion[] OnlyTls13 = [ProtocolVersion.TLSv13];

    /// <summary>Them.</summary>
    public static IReadOnlyList<CatalogueEntry> All { get; } =
    [
        Of("bouncycastle-good", () => new()) with { IsGood = true },
        Of("bouncycastle-reused-ecdhe", () => new() { Versions = OnlyTls12, Crypto = new ReusingCrypto() },
            Weaknesses.EphemeralKeyReuse),
        Of("bouncycastle-reused-tls13", () => new() { Versions = OnlyTls13, Crypto = new ReusingCrypto() },
            Weaknesses.EphemeralKeyReuse),
        Of("bouncycastle-dhe", () => new() { Versions = OnlyTls12, Suites = [CipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256] }),
        Of("bouncycastle-reused-dhe", () => new()
        {
            Versions = OnlyTls12,
            Suites = [CipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256],
            Crypto = new ReusingCrypto(),
        }, Weaknesses.EphemeralKeyReuse),
        Of("bouncycastle-ssl3", () => new()
        {
            Versions = [ProtocolVersion.TLSv12, ProtocolVersion.TLSv11, ProtocolVersion.TLSv10, ProtocolVersion.SSLv3],
            Suites = [CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA],
        }, Weaknesses.ProtocolVersions, Weaknesses.StaticKeyExchange),
        // It goes on to a ServerHelloDone; to finish the handshake it would want a certificate of the client's.
        Of("bouncycastle-static-ecdh", () => new()
        {
            Versions = OnlyTls12,
            Suites = [CipherSuite.TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256],
        }, made => made.Ecdsa, Weaknesses.StaticKeyExchange),
        Of("bouncycastle-one-ticket-key", () => new() { Versions = OnlyTls12, TicketLifetime = 7 * 24 * 3600 },
            Weaknesses.Tls12Tickets, Weaknesses.TicketKeyLifetime, Weaknesses.TicketLifetimeHint),
        Of("bouncycastle-wrong-signature", () => new() { Versions = OnlyTls12, SignsWrongly = true },
            Weaknesses.HandshakeSignature),
        Of("bouncycastle-wrong-signature-tls13", () => new() { Versions = OnlyTls13, SignsWrongly = true },
            Weaknesses.HandshakeSignature),
        Of("bouncycastle-heartbeat", () => new() { AnswersHeartbeat = true }, Weaknesses.Heartbeat),
        Of("bouncycastle-no-sentinel", () => new() { HidesDowngrade = true }, Weaknesses.DowngradeSentinel),
        Of("bouncycastle-no-secure-renegotiation", () => new() { Versions = OnlyTls12, IgnoresSecureRenegotiation = true },
            Weaknesses.SecureRenegotiation),
        Of("bouncycastle-no-fallback", () => new()
        {
            Versions = [ProtocolVersion.TLSv12, ProtocolVersion.TLSv11],
            Suites = [CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA],
            IgnoresFallback = true,
        }, Weaknesses.ProtocolVersions, Weaknesses.FallbackScsv),
    ];

    private static CatalogueEntry Of(string name, Func<BouncyCastleTraits> traits, params string[] weaknesses) =>
        Of(name, traits, made => made.Rsa, weaknesses);

    private static CatalogueEntry Of(
        string name, Func<BouncyCastleTraits> traits, Func<Identities, ServerIdentity> identity, params string[] weaknesses) =>
        new(name, made => Task.FromResult(BouncyCastleServer.Start(traits(), identity(made)))) { Weaknesses = weaknesses };
}
