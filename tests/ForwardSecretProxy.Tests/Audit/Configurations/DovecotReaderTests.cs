using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

public class DovecotReaderTests
{
    private const string File = "dovecot.conf";
    private const string Ssl = "conf.d/10-ssl.conf";

    [Fact]
    public void Audit_Bad_FindsEachWeaknessInItsLine()
    {
        using var audited = new AuditedFolder("dovecot/bad", File);

        Assert.Equal("dovecot", audited.Seen.Software);
        Assert.Equal("D", audited.Subject.Verdict!.Grade);
        audited.Found("config-private-key", FindingLevel.Failure, PastSessions.Closed, Ssl, "ssl_key = <../web.key");
        audited.Found("config-private-key", FindingLevel.Failure, PastSessions.Closed, Ssl, "ec.key");
        audited.Found("config-static-key-exchange", FindingLevel.Failure, PastSessions.SomeAreOpen, Ssl, "ssl_cipher_list");
        audited.Found("config-dh-parameters", FindingLevel.Failure, PastSessions.MayBeOpen, Ssl, "ssl_dh");
        audited.Found("config-old-versions", FindingLevel.Warning, PastSessions.Closed, Ssl, "ssl_min_protocol = TLSv1 ");
        audited.Found("config-old-versions", FindingLevel.Warning, PastSessions.Closed, Ssl, "ssl_min_protocol = TLSv1.1");
        var tickets = Assert.Single(audited.Subject.Findings, finding => finding is { Check: "config-session-tickets", Location.Line: 0 });
        Assert.Equal((FindingLevel.Warning, PastSessions.MayBeOpen), (tickets.Level, tickets.PastSessions));
        Assert.Contains($"10-master.conf:{audited.Folder.LineOf("conf.d/10-master.conf", "service_count")}", tickets.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Audit_Bad_LocalNameOverridesAndInherits()
    {
        using var audited = new AuditedFolder("dovecot/bad", File);

        Assert.Equal(["Dovecot", "local_name old.example.org"], audited.Seen.Services.Select(service => service.Name));
        var old = audited.Service("old.example.org");
        Assert.Equal(TlsVersion.Tls11, old.Versions.Value[0]);
        Assert.Equal("HIGH:MEDIUM:!aNULL", old.CipherString.Value);
        Assert.Equal("EC", Assert.Single(old.Keys).Algorithm);
    }

    [Fact]
    public void Audit_StaticRsaWithAnEcKeyOnly_IsNotFound()
    {
        using var audited = new AuditedFolder("dovecot/bad", File, change: folder => folder.Replace(Ssl, "<../web.key", "<../ec.key"));

        // A suite with static RSA takes an RSA certificate.
        Assert.Equal(FindingLevel.Pass, Assert.Single(audited.Subject.Findings, finding => finding.Check == "config-static-key-exchange").Level);
    }

    [Fact]
    public void Audit_Good_HasOnlyPasses()
    {
        using var audited = new AuditedFolder("dovecot/good", File);

        audited.IsClean("config-renegotiation");
    }

    [Fact]
    public void Audit_Version24_ReadsItsNames()
    {
        using var audited = new AuditedFolder(null, File, change: folder => folder.Write(File, $$"""
            dovecot_config_version = 2.4.1
            dovecot_storage_version = 2.4.0
            protocols = imap
            ssl_server {
              cert_file = {{folder.PathOf("web.crt")}}
              key_file = {{folder.PathOf("web.key")}}
            }
            ssl_server_dh_file = dh2048.pem
            ssl_server_prefer_ciphers = server
            """));

        var service = audited.Service("Dovecot");
        Assert.Equal(KeyStorage.PlainFile, Assert.Single(service.Keys).Storage);
        Assert.Equal(2048, service.DhParameters!.Bits);
        Assert.Contains("ffdhe2048", service.DhParameters.KnownAs, StringComparison.Ordinal);
        audited.Found("config-private-key", FindingLevel.Failure, PastSessions.Closed, File, "key_file");
        Assert.Equal(TicketKeyLife.UntilRestart, service.Tickets.KeyLife);
    }
}
