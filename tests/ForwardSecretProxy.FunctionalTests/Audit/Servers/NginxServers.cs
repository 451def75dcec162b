namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>nginx as Mozilla's guide has it, and with one thing changed.</summary>
internal static class NginxServers
{
    private const string Hsts = """
        add_header Strict-Transport-Security "max-age=63072000" always;
        """;

    private const string Modern = Hsts + """

        ssl_protocols TLSv1.3;
        ssl_ecdh_curve X25519:prime256v1:secp384r1;
        ssl_prefer_server_ciphers off;
        ssl_session_tickets off;
        """;

    private const string IntermediateSuites = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        + "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
        + "ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305";

    private static readonly string IntermediateWithoutSessions = $"""
        {Hsts}
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_ecdh_curve X25519:prime256v1:secp384r1;
        ssl_ciphers {IntermediateSuites};
        ssl_prefer_server_ciphers off;
        ssl_dhparam {DhParameterFiles.Ffdhe2048};
        """;

    private static readonly string Intermediate = IntermediateWithoutSessions + """

        ssl_session_timeout 1d;
        ssl_session_cache shared:MozSSL:10m;
        ssl_session_tickets off;
        """;

    private static readonly string Old = $"""
        {Hsts}
        ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
        ssl_ciphers {IntermediateSuites}:ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-SHA:AES128-GCM-SHA256:AES128-SHA:@SECLEVEL=0;
        ssl_prefer_server_ciphers on;
        ssl_dhparam {DhParameterFiles.Own1024};
        ssl_session_tickets off;
        """;

    // As the servers of browser vendors: what browsers have and nothing else, and tickets of both versions.
    private const string Browser = Hsts + """

        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;
        ssl_ecdh_curve X25519:prime256v1:secp384r1;
        ssl_prefer_server_ciphers on;
        ssl_session_cache shared:browser:1m;
        ssl_session_timeout 1h;
        """;

    private const string NoSessions = "\nssl_session_cache off; ssl_session_tickets off;";

    /// <summary>Them.</summary>
    public static IReadOnlyList<CatalogueEntry> All { get; } =
    [
        new("nginx-modern", made => NginxSite.StartAsync(Modern, made.Ecdsa)) { IsGood = true },
        new("nginx-intermediate", made => NginxSite.StartAsync(Intermediate, made.Rsa, made.Ecdsa))
            { IsGood = true, Weaknesses = [Weaknesses.SessionIdResumption] },
        new("nginx-no-sessions", made => NginxSite.StartAsync(IntermediateWithoutSessions + NoSessions, made.Rsa, made.Ecdsa))
            { IsGood = true },
        new("nginx-two-names", made => NginxSite.StartAsync(
            IntermediateWithoutSessions + NoSessions, [made.Rsa], made.OtherName)) { IsGood = true },
        new("nginx-browser", made => NginxSite.StartAsync(Browser, made.Rsa, made.Ecdsa))
            { Weaknesses = [Weaknesses.Tls12Tickets, Weaknesses.SessionIdResumption] },
        new("nginx-old", made => NginxSite.StartAsync(Old, made.Rsa))
        {
            Weaknesses = [Weaknesses.StaticKeyExchange, Weaknesses.ProtocolVersions, Weaknesses.DhParameters],
        },
        new("nginx-tickets", made => NginxSite.StartAsync(
            IntermediateWithoutSessions + "\nssl_session_tickets on;", made.Rsa))
            { Weaknesses = [Weaknesses.Tls12Tickets] },
        new("nginx-ticket-key-file", made => NginxSite.StartAsync(
            $"{IntermediateWithoutSessions}\nssl_session_tickets on; ssl_session_ticket_key {TicketKey(made)};", made.Rsa))
            { Weaknesses = [Weaknesses.Tls12Tickets, Weaknesses.TicketKeyLifetime] },
        new("nginx-no-extended-master-secret", made => NginxSite.StartAsync(
            IntermediateWithoutSessions + NoSessions + "ssl_conf_command Options -ExtendedMasterSecret;", made.Rsa))
            { Weaknesses = [Weaknesses.ExtendedMasterSecret] },
        new("nginx-no-hsts", made => NginxSite.StartAsync(
            IntermediateWithoutSessions.Replace(Hsts, "", StringComparison.Ordinal) + NoSessions, made.Rsa))
            { Weaknesses = [Weaknesses.StrictTransportSecurity] },
    ];

    /// <summary>A file of 80 bytes: a name of 16 bytes, and two keys. It outlives the server, as the worst of them do.</summary>
    private static string TicketKey(Identities made) => made.Write("ticket.key", new string('t', 80));
}
