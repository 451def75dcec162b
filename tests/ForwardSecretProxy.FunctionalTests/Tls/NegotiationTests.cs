using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Tls;

/// <summary>Everything the default profile offers is really reached by an independent client that wants just that.</summary>
[Collection(RunningProxy.Name)]
public class NegotiationTests(ProxyFixture proxy)
{
    private const string Trusting = "-servername " + ProxyFixture.DefaultName + " -verify_hostname "
        + ProxyFixture.DefaultName + " -CAfile ";

    [Theory]
    [InlineData("TLS_AES_128_GCM_SHA256")]
    [InlineData("TLS_AES_256_GCM_SHA384")]
    [InlineData("TLS_CHACHA20_POLY1305_SHA256")]
    public async Task Handshake_Tls13Suite_IsNegotiated(string suite)
    {
        var report = await ConnectAsync($"-tls1_3 -ciphersuites {suite}");

        Assert.Equal("TLSv1.3", report.Version);
        Assert.Equal(suite, report.Suite);
    }

    [Theory]
    [InlineData("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDSA")]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDSA")]
    [InlineData("ECDHE-ECDSA-CHACHA20-POLY1305", "ECDSA")]
    [InlineData("ECDHE-RSA-AES128-GCM-SHA256", "RSA")]
    [InlineData("ECDHE-RSA-AES256-GCM-SHA384", "RSA")]
    [InlineData("ECDHE-RSA-CHACHA20-POLY1305", "RSA")]
    public async Task Handshake_Tls12Suite_IsNegotiated(string suite, string signature)
    {
        var report = await ConnectAsync($"-tls1_2 -cipher {suite}");

        Assert.Equal("TLSv1.2", report.Version);
        Assert.Equal(suite, report.Suite);
        Assert.StartsWith(signature, report.SignatureType, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("-tls1_3", "X25519")]
    [InlineData("-tls1_3", "P-256")]
    [InlineData("-tls1_3", "P-384")]
    [InlineData("-tls1_2", "X25519")]
    [InlineData("-tls1_2", "P-256")]
    [InlineData("-tls1_2", "P-384")]
    public async Task Handshake_Group_IsNegotiated(string version, string group)
    {
        var report = await ConnectAsync($"{version} -groups {group}");

        Assert.Equal(group.ToLowerInvariant(), report.Group);
    }

    [HybridGroupFact]
    public async Task Handshake_HybridGroup_IsNegotiatedAndPreferred()
    {
        var asked = await ConnectAsync("-tls1_3 -groups X25519:X25519MLKEM768");

        Assert.Equal("x25519mlkem768", asked.Group);
    }

    [Theory]
    [InlineData("ECDSA+SHA256", "ecdsa")]
    [InlineData("rsa_pss_rsae_sha256", "rsa")]
    [InlineData("rsa_pss_rsae_sha384", "rsa")]
    [InlineData("rsa_pss_rsae_sha512", "rsa")]
    public async Task Handshake_Tls13SignatureScheme_PicksTheCertificateThatCan(string scheme, string type)
    {
        var report = await ConnectAsync($"-tls1_3 -sigalgs {scheme}");

        Assert.StartsWith(type, report.SignatureType, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("ECDSA+SHA256", "ecdsa")]
    [InlineData("RSA+SHA256", "rsa")]
    [InlineData("RSA+SHA384", "rsa")]
    [InlineData("RSA+SHA512", "rsa")]
    [InlineData("rsa_pss_rsae_sha256", "rsa")]
    public async Task Handshake_Tls12SignatureScheme_PicksTheCertificateThatCan(string scheme, string type)
    {
        var report = await ConnectAsync($"-tls1_2 -sigalgs {scheme}");

        Assert.StartsWith(type, report.SignatureType, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Handshake_ClientThatCanBoth_GetsEcdsaAndTls13()
    {
        var report = await ConnectAsync("");

        Assert.Equal("TLSv1.3", report.Version);
        Assert.StartsWith("ecdsa", report.SignatureType, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Handshake_EveryConnection_HasAnEphemeralKeyOfItsOwn()
    {
        var keys = new HashSet<string>();
        for (var connection = 0; connection < 50; connection++)
        {
            var answer = await HelloProbe.SendAsync(proxy.Port, ClientHello.ToRecords(ClientHello.Tls13().ToMessage()));
            Assert.True(keys.Add(Assert.IsType<string>(answer.EphemeralKey)));
        }
    }

    [Theory]
    [InlineData("h2,http/1.1", "h2")]
    [InlineData("http/1.1", "http/1.1")]
    [InlineData("http/1.1,h2", "h2")]
    public async Task Handshake_ApplicationProtocols_PicksTheServersFavourite(string offered, string expected)
    {
        var report = await OpenSslClient.RunAsync(proxy.Port, $"-alpn {offered}", "");

        Assert.True(report.Connected, report.Process.Text);
        Assert.Contains($"ALPN protocol: {expected}\n", report.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_UnknownApplicationProtocolOnly_IsRefused()
    {
        var report = await OpenSslClient.RunAsync(proxy.Port, "-alpn smtp", "");

        // no_application_protocol (RFC 7301 section 3.2)
        Assert.Equal(120, report.Alert);
    }

    // The answer of the service behind it shows that the connection really carries data.
    private async Task<TlsReport> ConnectAsync(string options)
    {
        var report = await OpenSslClient.RequestAsync(proxy.Port, $"{options} {Trusting}{proxy.RootPath}");
        Assert.True(report.Connected, report.Process.Text);
        Assert.Equal("0 (ok)", report.Verification);
        Assert.Contains("HTTP/1.1 200 OK", report.Process.Output, StringComparison.Ordinal);
        return report;
    }
}
