using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

public class NginxReaderTests
{
    private const string Legacy = "sites-enabled/legacy.conf";

    [Fact]
    public void Audit_Bad_FindsEachWeaknessInItsLine()
    {
        using var audited = new AuditedFolder("nginx/bad", "nginx.conf");

        Assert.Equal("nginx", audited.Seen.Software);
        Assert.Equal("F", audited.Subject.Verdict!.Grade);
        audited.Found("config-private-key", FindingLevel.Failure, PastSessions.Closed, "nginx.conf", "ssl_certificate_key");
        audited.Found("config-static-key-exchange", FindingLevel.Failure, PastSessions.Open, "nginx.conf", "ssl_ciphers");
        audited.Found("config-session-tickets", FindingLevel.Failure, PastSessions.Open, Legacy, "ssl_session_ticket_key");
        audited.Found("config-session-cache", FindingLevel.Warning, PastSessions.ClosedButRecent, "nginx.conf", "ssl_session_timeout");
        audited.Found("config-early-data", FindingLevel.Warning, PastSessions.MayBeOpen, Legacy, "ssl_early_data");
        audited.Found("config-dh-parameters", FindingLevel.Failure, PastSessions.MayBeOpen, "snippets/dh.conf", "ssl_dhparam");
        audited.Found("config-old-versions", FindingLevel.Warning, PastSessions.Closed, "nginx.conf", "ssl_protocols");
    }

    [Fact]
    public void Audit_Bad_ReadsServersThatSpeakTlsOnly()
    {
        using var audited = new AuditedFolder("nginx/bad", "nginx.conf");

        var service = Assert.Single(audited.Seen.Services);
        Assert.StartsWith("legacy.example.org www.legacy.example.org on ", service.Name, StringComparison.Ordinal);
        Assert.Equal([TlsVersion.Tls10, TlsVersion.Tls11, TlsVersion.Tls12], service.Versions.Value);
        Assert.Equal(["nginx.conf", Legacy, "snippets/dh.conf"], audited.Seen.Files.Select(file => Path.GetRelativePath(audited.Folder.Root, file)));
        Assert.Empty(audited.Seen.Gaps);
    }

    [Fact]
    public void Audit_Good_HasOnlyPasses()
    {
        using var audited = new AuditedFolder("nginx/good", "nginx.conf");

        audited.IsClean();
        var key = Assert.Single(audited.Service("www.example.org").Keys);
        Assert.Equal(KeyStorage.Pkcs11, key.Storage);
        Assert.DoesNotContain("1234", key.Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("    ssl_session_tickets off;\n", "config-session-tickets", PastSessions.MayBeOpen)]
    [InlineData("    ssl_protocols TLSv1.2 TLSv1.3;\n", "config-old-versions", PastSessions.Closed)]
    [InlineData("    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305;\n",
        "config-static-key-exchange", PastSessions.SomeAreOpen)]
    public void Audit_GoodWithoutALine_NamesWhatTheDefaultMeans(string line, string check, PastSessions past)
    {
        using var audited = new AuditedFolder("nginx/good", "nginx.conf", change: folder => folder.Replace("nginx.conf", line, ""));

        var finding = Assert.Single(audited.Subject.Findings, finding => finding.Level > FindingLevel.Note);
        Assert.Equal((check, past), (finding.Check, finding.PastSessions));
        Assert.True(finding.Message.Contains("nginx", StringComparison.Ordinal)
            || finding.Evidence.Any(text => text.Contains("nginx's default", StringComparison.Ordinal)));
        Assert.Equal(audited.Folder.LineOf("sites-enabled/web.conf", "server {"), finding.Location!.Line);
    }

    [Fact]
    public void Audit_TicketsWithSharedCache_SaysWhichReleasesRotateTheKey()
    {
        using var audited = new AuditedFolder("nginx/good", "nginx.conf", change: folder =>
        {
            folder.Replace("nginx.conf", "ssl_session_tickets off;", "ssl_session_tickets on;");
            folder.Replace("nginx.conf", "ssl_session_cache off;", "ssl_session_cache shared:TLS:1m;");
        });

        var finding = audited.Found("config-session-tickets", FindingLevel.Warning, PastSessions.MayBeOpen, "nginx.conf", "ssl_session_tickets");
        Assert.Contains("1.23.2", finding.Message, StringComparison.Ordinal);
        audited.Found("config-session-cache", FindingLevel.Note, PastSessions.ClosedButRecent, "nginx.conf", "ssl_session_cache");
    }

    [Fact]
    public void Audit_MozillaIntermediate_HasNoFailureButTheKeysFile()
    {
        // Of Mozilla's configuration generator, version 5.7.
        using var audited = new AuditedFolder(null, "nginx.conf", change: folder => folder.Write("nginx.conf", $$"""
            http {
                server {
                    listen 443 ssl;
                    ssl_certificate web.crt;
                    ssl_certificate_key web.key;
                    ssl_session_timeout 1d;
                    ssl_session_cache shared:MozSSL:10m;
                    ssl_session_tickets off;
                    ssl_dhparam dh2048.pem;
                    ssl_protocols TLSv1.2 TLSv1.3;
                    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305;
                    ssl_prefer_server_ciphers off;
                }
            }
            """));

        Assert.Equal("config-private-key", Assert.Single(audited.Subject.Findings, finding => finding.Level > FindingLevel.Note).Check);
        Assert.Equal(("B", PastSessions.ClosedButRecent), (audited.Subject.Verdict!.Grade, audited.Subject.Verdict.PastSessions));
        Assert.Contains("pose as the server", audited.Subject.Verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Audit_PartOfAConfiguration_SaysThatTheRestIsNotKnown()
    {
        using var audited = new AuditedFolder("nginx/good", "sites-enabled/web.conf");

        Assert.Equal("nginx", audited.Seen.Software);
        Assert.Contains(audited.Seen.Gaps, gap => gap.Message.Contains("part of a configuration", StringComparison.Ordinal));
        Assert.Single(audited.Seen.Services);
    }

    [Theory]
    [InlineData("server { listen 443 ssl; ssl_certificate_key $ssl_server_name.key; }", "variable")]
    [InlineData("server { listen 443 ssl; ssl_certificate_key no-such.key; }", "does not exist")]
    [InlineData("server { listen 443 ssl; ssl_certificate_key /; }", "directory")]
    [InlineData("server { listen 443 ssl; ssl_certificate_key web.crt; }", "no private key")]
    public void Audit_KeyThatCannotBeSeen_IsUnexamined(string server, string reason)
    {
        using var audited = new AuditedFolder(null, "nginx.conf", "nginx", folder => folder.Write("nginx.conf", $"http {{\n{server}\n}}"));

        var finding = Assert.Single(audited.Subject.Findings, finding => finding.Check == "config-private-key");
        Assert.Equal(FindingLevel.Unexamined, finding.Level);
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
        Assert.Equal(2, finding.Location!.Line);
    }

    [Fact]
    public void Audit_LuaBlock_IsPassedOverAndNoted()
    {
        using var audited = new AuditedFolder("nginx/good", "nginx.conf", change: folder => folder.Replace("sites-enabled/web.conf",
            "    location /", "    ssl_certificate_by_lua_block {\n      if x then y = { z = \"a\" } end\n    }\n    location /"));

        var gap = Assert.Single(audited.Seen.Gaps);
        Assert.Equal(audited.Folder.LineOf("sites-enabled/web.conf", "by_lua_block"), gap.Location.Line);
        Assert.Equal([TlsVersion.Tls12, TlsVersion.Tls13], audited.Service("www").Versions.Value);
    }
}
