namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>What <c>openssl s_server</c> can be made to do, one thing at a time.</summary>
internal static class OpenSslServers
{
    // Without tickets in any version, and without a cache.
    private const string Nothing = "-no_ticket -no_cache -num_tickets 0";

    private const string Ephemeral = "-cipher ECDHE+AESGCM";

    private const string OldestVersions = Nothing + " -cipher ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:@SECLEVEL=0";

    /// <summary>Them.</summary>
    public static IReadOnlyList<CatalogueEntry> All { get; } =
    [
        new("openssl-good", made => OpenSslServer.StartAsync(
            Nothing + " -serverpref -cipher ECDHE+AESGCM:ECDHE+CHACHA20", made.Rsa, made.Ecdsa)) { IsGood = true },
        new("openssl-hello-retry", made => OpenSslServer.StartAsync(
            Nothing + " -tls1_3 -groups P-521", made.Ecdsa)) { IsGood = true },

        new("openssl-static-rsa", made => OpenSslServer.StartAsync(
            Nothing + " -tls1_2 -cipher AES128-GCM-SHA256:AES256-GCM-SHA384", made.Rsa))
            { Weaknesses = [Weaknesses.StaticKeyExchange] },
        new("openssl-static-rsa-preferred", made => OpenSslServer.StartAsync(
            Nothing + " -tls1_2 -serverpref -cipher AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256", made.Rsa))
            { Weaknesses = [Weaknesses.StaticKeyExchange] },
        new("openssl-static-rsa-last", made => OpenSslServer.StartAsync(
            Nothing + " -serverpref -cipher ECDHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256", made.Rsa))
            { Weaknesses = [Weaknesses.StaticKeyExchange] },
        new("openssl-static-psk", _ => OpenSslServer.StartAsync(
            Nothing + " -tls1_2 -psk 0123456789abcdef -cipher PSK-AES128-GCM-SHA256"))
            { Weaknesses = [Weaknesses.StaticKeyExchange] },
        new("openssl-anonymous", _ => OpenSslServer.StartAsync(
            Nothing + " -tls1_2 -cipher AECDH-AES128-SHA:@SECLEVEL=0"))
            { Weaknesses = [Weaknesses.AnonymousKeyExchange] },
        new("openssl-null", made => OpenSslServer.StartAsync(
            Nothing + " -tls1_2 -cipher ECDHE-RSA-NULL-SHA:@SECLEVEL=0", made.Rsa))
            { Weaknesses = [Weaknesses.WeakCiphers] },
        new("openssl-tls10", made => OpenSslServer.StartAsync("-tls1 " + OldestVersions, made.Rsa))
            { Weaknesses = [Weaknesses.ProtocolVersions] },
        new("openssl-tls11", made => OpenSslServer.StartAsync("-tls1_1 " + OldestVersions, made.Rsa))
            { Weaknesses = [Weaknesses.ProtocolVersions] },

        new("openssl-dhe-ffdhe2048", made => OpenSslServer.StartAsync(
            $"{Nothing} -tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256 -dhparam {DhParameterFiles.Ffdhe2048}", made.Rsa)),
        new("openssl-dhe-1024", made => OpenSslServer.StartAsync(
            $"{Nothing} -tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0 -dhparam {DhParameterFiles.Own1024}", made.Rsa))
            { Weaknesses = [Weaknesses.DhParameters] },
        new("openssl-dhe-not-safe", made => OpenSslServer.StartAsync(
            $"{Nothing} -tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0 -dhparam {DhParameterFiles.NotSafe2048}", made.Rsa))
            { Weaknesses = [Weaknesses.DhParameters] },

        new("openssl-tickets", made => OpenSslServer.StartAsync("-tls1_2 " + Ephemeral, made.Rsa))
            { Weaknesses = [Weaknesses.Tls12Tickets, Weaknesses.SessionIdResumption] },
        new("openssl-session-ids", made => OpenSslServer.StartAsync("-tls1_2 -no_ticket " + Ephemeral, made.Rsa))
            { Weaknesses = [Weaknesses.SessionIdResumption] },
        new("openssl-psk-ke", made => OpenSslServer.StartAsync("-tls1_3 -allow_no_dhe_kex", made.Rsa))
            { Weaknesses = [Weaknesses.PskWithoutKeyExchange] },
        new("openssl-early-data", made => OpenSslServer.StartAsync("-tls1_3 -early_data -no_anti_replay", made.Rsa))
            { Weaknesses = [Weaknesses.EarlyData, Weaknesses.TicketReuse] },

        new("openssl-client-renegotiation", made => OpenSslServer.StartAsync(
            Nothing + " -tls1_2 -client_renegotiation " + Ephemeral, made.Rsa)) { Weaknesses = [Weaknesses.ClientRenegotiation] },
        new("openssl-no-encrypt-then-mac", made => OpenSslServer.StartAsync(
            Nothing + " -tls1_2 -no_etm -cipher ECDHE-RSA-AES128-SHA256", made.Rsa))
            { Weaknesses = [Weaknesses.CbcSuites] },
        new("openssl-many-tickets", made => OpenSslServer.StartAsync(
            "-num_tickets 200 -cipher ECDHE+AESGCM -tls1_3", made.Ecdsa)),
        new("openssl-alpn", made => OpenSslServer.StartAsync(
            Nothing + " -alpn h2,http/1.1 -cipher ECDHE+AESGCM", made.Ecdsa))
            { IsGood = true, Weaknesses = [Weaknesses.StrictTransportSecurity] },
    ];
}
