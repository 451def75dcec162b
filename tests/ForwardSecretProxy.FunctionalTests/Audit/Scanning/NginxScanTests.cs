using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>A server of several names and workers.</summary>
public class NginxScanTests
{
    [Fact]
    public async Task ScanAsync_TwoNames_ShowsTheChainOfEach()
    {
        using var directory = new TemporaryDirectory();
        var authority = await OpenSslAuthority.CreateAsync(directory, "authority");
        var first = await authority.IssueAsync("first.example.test", "DNS:first.example.test");
        var second = await authority.IssueAsync("second.example.test", "DNS:second.example.test");
        var port = FreePort.Next();
        await using var nginx = await NginxServer.StartAsync(Server(port, "first", first) + Server(port, "second", second));

        var seen = await ScanTarget.ScanAsync(port, "second.example.test");

        Assert.Equal([TlsVersion.Tls12, TlsVersion.Tls13], seen.SpokenVersions());
        Assert.Equal("ECDHE-ECDSA-AES256-GCM-SHA384", seen.SuitesOf(TlsVersion.Tls12));
        Assert.Equal(["h2", "http/1.1"], seen.ApplicationProtocols.Except(["http/1.0"]));
        Assert.Collection(seen.Certificates.OrderBy(each => each.IsForTarget),
            each => Assert.Equal(("CN=first.example.test", "|nobody.invalid"), (SubjectOf(each), string.Join('|', each.ServerNames))),
            each => Assert.Equal(("CN=second.example.test", "second.example.test"), (SubjectOf(each), string.Join('|', each.ServerNames))));
        seen.AssertIsSound();
    }

    private static string SubjectOf(CertificateChainObservation chain)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(chain.Chain[0]));
        return certificate.Subject;
    }

    private static string Server(int port, string name, (string Certificate, string Key) identity) => string.Create(
        CultureInfo.InvariantCulture, $$"""
        server {
          listen 127.0.0.1:{{port}} ssl http2;
          server_name {{name}}.example.test;
          ssl_protocols TLSv1.2 TLSv1.3;
          ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384;
          ssl_certificate {{identity.Certificate}};
          ssl_certificate_key {{identity.Key}};
        }
        """);
}
