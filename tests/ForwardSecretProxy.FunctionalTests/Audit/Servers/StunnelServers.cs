namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>stunnel with little, and with too much.</summary>
internal static class StunnelServers
{
    /// <summary>Them.</summary>
    public static IReadOnlyList<CatalogueEntry> All { get; } =
    [
        new("stunnel-good", made => StunnelService.StartAsync("""
            sslVersionMin = TLSv1.2
            ciphers = ECDHE+AESGCM:ECDHE+CHACHA20
            options = NO_TICKET
            sessionCacheSize = 1
            sessionCacheTimeout = 1
            """, made.Rsa)),
        new("stunnel-tickets", made => StunnelService.StartAsync("""
            sslVersionMin = TLSv1.2
            ciphers = ECDHE+AESGCM
            ticketKeySecret = 00112233445566778899aabbccddeeff
            ticketMacSecret = ffeeddccbbaa99887766554433221100
            """, made.Rsa)) { Weaknesses = [Weaknesses.Tls12Tickets, Weaknesses.SessionIdResumption] },
        new("stunnel-old", made => StunnelService.StartAsync("""
            sslVersionMin = TLSv1
            securityLevel = 0
            ciphers = AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0
            """, made.Rsa))
        {
            Weaknesses =
            [
                Weaknesses.ProtocolVersions, Weaknesses.StaticKeyExchange, Weaknesses.Tls12Tickets, Weaknesses.SessionIdResumption,
            ],
        },
    ];
}
