namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Servers with whose TLS nothing is wrong, and with whose certificate something is.</summary>
internal static class CertificateServers
{
    private const string Good = "-no_ticket -no_cache -num_tickets 0 -cipher ECDHE+AESGCM:@SECLEVEL=0";

    /// <summary>Them.</summary>
    public static IReadOnlyList<CatalogueEntry> All { get; } =
    [
        new("certificate-expired", made => OpenSslServer.StartAsync(Good, made.Expired))
            { Weaknesses = [Weaknesses.CertificateDates] },
        new("certificate-other-name", made => OpenSslServer.StartAsync(Good, made.OtherName))
            { Weaknesses = [Weaknesses.CertificateNames] },
        new("certificate-sha1", made => OpenSslServer.StartAsync(Good, made.Sha1))
            { Weaknesses = [Weaknesses.CertificateSignature] },
        new("certificate-rsa-1024", made => OpenSslServer.StartAsync(Good, made.Rsa1024))
            { Weaknesses = [Weaknesses.CertificateKey] },
        new("certificate-misordered", made => OpenSslServer.StartAsync(Good, made.Misordered))
            { Weaknesses = [Weaknesses.CertificateChain] },
        new("certificate-must-staple", made => OpenSslServer.StartAsync(Good, made.MustStaple))
            { Weaknesses = [Weaknesses.MustStaple] },
    ];
}
