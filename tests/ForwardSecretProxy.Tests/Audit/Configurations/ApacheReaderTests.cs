using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

public class ApacheReaderTests
{
    private const string File = "apache2.conf";
    private const string Global = "conf-enabled/tls.conf";
    private const string Site = "sites-enabled/default-ssl.conf";

    [Fact]
    public void Audit_Bad_FindsEachWeaknessInItsLine()
    {
        using var audited = new AuditedFolder("apache/bad", File);

        Assert.Equal("apache", audited.Seen.Software);
        Assert.Equal("F", audited.Subject.Verdict!.Grade);
        audited.Found("config-private-key", FindingLevel.Failure, PastSessions.Closed, Site, "SSLCertificateKeyFile");
        audited.Found("config-static-key-exchange", FindingLevel.Failure, PastSessions.SomeAreOpen, Global, "SSLCipherSuite");
        audited.Found("config-session-tickets", FindingLevel.Failure, PastSessions.Open, Site, "SSLSessionTicketKeyFile");
        audited.Found("config-session-cache", FindingLevel.Warning, PastSessions.MayBeOpen, File, "SSLSessionCache dbm");
        audited.Found("config-dh-parameters", FindingLevel.Failure, PastSessions.MayBeOpen, Site, "SSLCertificateFile");
        audited.Found("config-old-versions", FindingLevel.Warning, PastSessions.Closed, Global, "SSLProtocol");
        audited.Found("config-compression", FindingLevel.Warning, PastSessions.Closed, Global, "SSLCompression");
        audited.Found("config-renegotiation", FindingLevel.Warning, PastSessions.Closed, Site, "SSLInsecureRenegotiation");
    }

    [Fact]
    public void Audit_Bad_FollowsIncludesConditionsAndVariables()
    {
        using var audited = new AuditedFolder("apache/bad", File);

        var service = Assert.Single(audited.Seen.Services);
        Assert.StartsWith("www.example.org on ", service.Name, StringComparison.Ordinal);
        Assert.Equal("HIGH:MEDIUM:!aNULL:!aNULL:!eNULL:!EXP", service.CipherString.Value);
        Assert.Equal(["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"], service.Suites.Tls13.Select(suite => suite.Name));
        Assert.Empty(audited.Seen.Gaps);
    }

    [Fact]
    public void Audit_Good_HasOnlyPasses()
    {
        using var audited = new AuditedFolder("apache/good", File);

        audited.IsClean();
        Assert.DoesNotContain("1234", audited.Service("www").Keys[0].Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SSLProtocol all -SSLv3 -TLSv1", new[] { TlsVersion.Tls11, TlsVersion.Tls12, TlsVersion.Tls13 })]
    [InlineData("SSLProtocol +TLSv1.2", new[] { TlsVersion.Tls12 })]
    [InlineData("SSLProtocol TLSv1.2 TLSv1.3", new[] { TlsVersion.Tls13 })]
    [InlineData("SSLProtocol SSLv3 +TLSv1", new[] { TlsVersion.Ssl3, TlsVersion.Tls10 })]
    public void Audit_Protocols_AreThoseThatHttpdTakes(string line, TlsVersion[] expected)
    {
        using var audited = new AuditedFolder("apache/good", File,
            change: folder => folder.Replace(File, "SSLProtocol -all +TLSv1.2 +TLSv1.3", line));

        Assert.Equal(expected, audited.Service("www").Versions.Value);
    }

    [Fact]
    public void Audit_ServerRootUnknown_SaysWhatWasTaken()
    {
        using var audited = new AuditedFolder("apache/good", File, change: folder => folder.Replace(File, $"ServerRoot {folder.Root}", ""));

        Assert.Contains(audited.Seen.Gaps, gap => gap.IsAssumption && gap.Message.Contains("ServerRoot", StringComparison.Ordinal));
        Assert.Single(audited.Seen.Services);
    }
}
