namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Apache httpd as Mozilla's guide has it, and with one thing changed.</summary>
internal static class ApacheServers
{
    private const string Hsts = """
        Header always set Strict-Transport-Security "max-age=63072000"
        """;

    private const string Intermediate = Hsts + """

        SSLProtocol -all +TLSv1.2 +TLSv1.3
        SSLOpenSSLConfCmd Curves X25519:prime256v1:secp384r1
        SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20
        SSLHonorCipherOrder off
        SSLSessionCache none
        """;

    /// <summary>Them.</summary>
    public static IReadOnlyList<CatalogueEntry> All { get; } =
    [
        new("apache-intermediate", made => ApacheSite.StartAsync(Intermediate + "\nSSLSessionTickets off", made.Rsa, made.Ecdsa))
            { IsGood = true },
        new("apache-tickets", made => ApacheSite.StartAsync(Intermediate, made.Rsa))
            { Weaknesses = [Weaknesses.Tls12Tickets] },
        new("apache-old", made => ApacheSite.StartAsync("""
            SSLProtocol all
            SSLCipherSuite ECDHE-RSA-AES128-SHA:AES128-SHA:DES-CBC3-SHA:@SECLEVEL=0
            SSLSessionCache none
            SSLSessionTickets off
            """, made.Rsa))
        {
            Weaknesses = [Weaknesses.ProtocolVersions, Weaknesses.StaticKeyExchange, Weaknesses.StrictTransportSecurity],
        },
    ];
}
