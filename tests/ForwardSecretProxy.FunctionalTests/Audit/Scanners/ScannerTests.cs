using System.Text.Json;
using System.Xml.Linq;
using ForwardSecretProxy.FunctionalTests.Audit.Servers;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanners;

/// <summary>The other scanners run, and their reports are read right.</summary>
public sealed class ScannerTests(RunningServers servers) : IClassFixture<RunningServers>
{
    private const int StaticEcdh = 0xc02d;

    [Theory]
    [InlineData("scripted-ssl2", "SSLv2", "TLSv1.2", "TLSv1.3")]
    [InlineData("bouncycastle-ssl3", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2")]
    [InlineData("nginx-old", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")]
    public async Task SslScan_VersionsOfAServer_AreFound(string name, params string[] versions)
    {
        var server = await servers.GetAsync(name);

        var report = await SslScan.ScanAsync(server.Port);

        Assert.Equal(versions, report.Versions.Order());
    }

    [Fact]
    public async Task SslScan_OneSuite_IsFound()
    {
        var server = await servers.GetAsync("bouncycastle-static-ecdh");

        var report = await SslScan.ScanAsync(server.Port);

        Assert.Equal([new OfferedSuite("TLSv1.2", StaticEcdh)], report.Suites);
    }

    [Fact]
    public void SslScan_Report_IsRead()
    {
        var report = SslScan.Read(XDocument.Parse("""
            <document><ssltest>
              <protocol type="ssl" version="2" enabled="0" /><protocol type="ssl" version="3" enabled="1" />
              <protocol type="tls" version="1.0" enabled="1" /><protocol type="tls" version="1.3" enabled="0" />
              <cipher status="preferred" sslversion="TLSv1.0" bits="128" cipher="AES128-SHA" id="0x002F" />
            </ssltest></document>
            """));

        Assert.Equal(["SSLv3", "TLSv1.0"], report.Versions.Order());
        Assert.Equal([new OfferedSuite("TLSv1.0", 0x2f)], report.Suites);
    }

    [Fact]
    public void TestSsl_Report_IsRead()
    {
        using var json = JsonDocument.Parse("""
            [
              { "id": "service", "finding": "HTTP" },
              { "id": "cipher-ssl2_x010080", "finding": "SSLv2 x010080 RC4-MD5" },
              { "id": "cipher-ssl3_xc013", "finding": "SSLv3 xc013 ECDHE-RSA-AES128-SHA" },
              { "id": "cipher-tls1_x2f", "finding": "TLS 1 x2f AES128-SHA" },
              { "id": "cipher-tls1_3_x1301", "finding": "TLS 1.3 x1301 TLS_AES_128_GCM_SHA256" }
            ]
            """);

        var report = TestSsl.Read(json);

        Assert.Equal(["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.3"], report.Versions.Order());
        Assert.Equal(
            [new OfferedSuite("SSLv3", 0xc013), new OfferedSuite("TLSv1.0", 0x2f), new OfferedSuite("TLSv1.3", 0x1301)],
            report.Suites.OrderBy(suite => suite.Version, StringComparer.Ordinal));
    }
}
