using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

public class HaProxyReaderTests
{
    private const string File = "haproxy.cfg";
    private const string Bind = " ssl crt web.pem";

    [Fact]
    public void Audit_Bad_FindsEachWeaknessInItsLine()
    {
        using var audited = new AuditedFolder("haproxy/bad", File);

        Assert.Equal("haproxy", audited.Seen.Software);
        Assert.Equal("F", audited.Subject.Verdict!.Grade);
        audited.Found("config-private-key", FindingLevel.Failure, PastSessions.Closed, File, Bind);
        audited.Found("config-static-key-exchange", FindingLevel.Failure, PastSessions.SomeAreOpen, File, "ssl-default-bind-ciphers");
        audited.Found("config-session-tickets", FindingLevel.Failure, PastSessions.Open, File, "tls-ticket-keys");
        audited.Found("config-session-cache", FindingLevel.Warning, PastSessions.ClosedButRecent, File, "tune.ssl.lifetime");
        audited.Found("config-early-data", FindingLevel.Warning, PastSessions.MayBeOpen, File, "allow-0rtt");
        audited.Found("config-dh-parameters", FindingLevel.Failure, PastSessions.MayBeOpen, File, "tune.ssl.default-dh-param");
        audited.Found("config-old-versions", FindingLevel.Warning, PastSessions.Closed, File, "ssl-default-bind-options");
        audited.Found("config-old-versions", FindingLevel.Warning, PastSessions.Closed, "list.txt", "old.example.org");
    }

    [Fact]
    public void Audit_Bad_EachListenerHasItsOwnAndTheInheritedSettings()
    {
        using var audited = new AuditedFolder("haproxy/bad", File);

        Assert.Equal(3, audited.Seen.Services.Count);
        var web = audited.Service("frontend web");
        Assert.Equal([TlsVersion.Tls10, TlsVersion.Tls11, TlsVersion.Tls12, TlsVersion.Tls13], web.Versions.Value);
        var list = Assert.Single(audited.Seen.Services, service => service.Location.Line == audited.Folder.LineOf(File, "crt-list"));
        Assert.Equal([TlsVersion.Tls12, TlsVersion.Tls13], list.Versions.Value);
        Assert.All(list.Suites.Older, suite => Assert.Equal(KeyExchange.Ecdhe, suite.KeyExchange));
        Assert.Equal([TlsVersion.Tls11, TlsVersion.Tls12, TlsVersion.Tls13], audited.Service("frontend list on 127.0.0.1:20445, ").Versions.Value);
    }

    [Fact]
    public void Audit_Good_HasOnlyPasses()
    {
        using var audited = new AuditedFolder("haproxy/good", File);

        audited.IsClean();
        Assert.Equal("X25519:P-256", audited.Service("frontend web").Groups!.Value);
    }

    [Fact]
    public void Audit_GoodWithoutOptions_TicketsAreOnAndTheKeyLivesUntilAReload()
    {
        using var audited = new AuditedFolder("haproxy/good", File, change: folder => folder.Replace(File, " no-tls-tickets", ""));

        var finding = audited.Found("config-session-tickets", FindingLevel.Warning, PastSessions.MayBeOpen, File, "bind :443");
        Assert.Contains("reloaded or restarted", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Audit_FolderOfFilesAndOfCertificates_ReadsAll()
    {
        using var audited = new AuditedFolder(null, "conf", change: folder =>
        {
            folder.Write("conf/10-global.cfg", "global\n  ssl-default-bind-options ssl-min-ver TLSv1.3\n");
            folder.Write("conf/20-web.cfg", $"frontend web\n  bind :443 ssl crt {folder.PathOf("certs")}\n");
            folder.Write("certs/a.pem", System.IO.File.ReadAllText(folder.PathOf("web.pem")));
            folder.Write("certs/b.pem", System.IO.File.ReadAllText(folder.PathOf("web.crt")));
            folder.Write("certs/b.pem.key", System.IO.File.ReadAllText(folder.PathOf("web.key")));
            folder.Write("certs/b.pem.ocsp", "none");
        });

        Assert.Equal("haproxy", audited.Seen.Software);
        var web = audited.Service("web");
        Assert.Equal([TlsVersion.Tls13], web.Versions.Value);
        Assert.Equal(["a.pem", "b.pem.key"], web.Keys.Select(key => Path.GetFileName(key.Name)));
        Assert.Equal(2, audited.Subject.Findings.Count(finding => finding.Check == "config-private-key" && finding.Level == FindingLevel.Failure));
    }
}
