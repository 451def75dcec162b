using System.Security.Cryptography;
using System.Text.Json;
using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Configurations.Checks;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

public class ConfigurationChecksTests
{
    private const string File = "nginx.conf";

    [Fact]
    public void Checks_Descriptions_AreCompleteAndTheirIdsDiffer()
    {
        var checks = ConfigurationChecks.All.Select(check => check.Description).ToList();

        Assert.Equal(checks.Count, checks.Select(check => check.Id).Distinct().Count());
        Assert.All(checks, check =>
        {
            Assert.StartsWith("config-", check.Id, StringComparison.Ordinal);
            Assert.All(ConfigurationAuditor.Software.Append("fsp"), software => Assert.NotEmpty(check.Mends[software]));
            Assert.True(check.Why.Length > 40);
            Assert.True(check.References.Count > 0 || check.Id == "config-completeness");
        });
    }

    [Theory]
    [InlineData("encrypted.key", "", FindingLevel.Warning)]
    [InlineData("encrypted.key", "ssl_password_file pass;", FindingLevel.Failure)]
    [InlineData("old-encrypted.key", "", FindingLevel.Warning)]
    [InlineData("web.key", "", FindingLevel.Failure)]
    [InlineData("pkcs11.pem", "", FindingLevel.Pass)]
    [InlineData("engine:dynamic:web", "", FindingLevel.Note)]
    public void PrivateKey_EachKind_HasItsLevel(string key, string more, FindingLevel expected)
    {
        using var audited = Audit($"ssl_certificate_key {key}; {more}");

        var finding = Assert.Single(audited.Subject.Findings, finding => finding.Check == "config-private-key");
        Assert.Equal(expected, finding.Level);
        Assert.Equal(PastSessions.Closed, finding.PastSessions);
    }

    [Fact]
    public void PrivateKey_ReadableByAll_IsSaidWithItsMode()
    {
        using var audited = Audit("ssl_certificate_key web.key;");

        Assert.Contains("every user of the machine may read it", Assert.Single(audited.Subject.Findings,
            finding => finding.Check == "config-private-key").Evidence);
    }

    [Theory]
    [InlineData(1, FindingLevel.Warning, PastSessions.ClosedButRecent, 384)]
    [InlineData(1, FindingLevel.Failure, PastSessions.MayBeOpen, 420)]
    [InlineData(25, FindingLevel.Failure, PastSessions.Open, 384)]
    public void Tickets_KeyFile_IsJudgedByAgeAndMode(int hours, FindingLevel level, PastSessions past, int mode)
    {
        using var audited = Audit("ssl_session_ticket_key ticket.key;", folder =>
        {
            folder.Age("ticket.key", TimeSpan.FromHours(hours));
            if (!OperatingSystem.IsWindows()) System.IO.File.SetUnixFileMode(folder.PathOf("ticket.key"), (UnixFileMode)mode);
        });

        var finding = audited.Found("config-session-tickets", level, past, File, "ssl_session_ticket_key");
        Assert.Contains(finding.Evidence, line => line.StartsWith("last written", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ssl_session_ticket_key gone.key;", FindingLevel.Unexamined, PastSessions.MayBeOpen)]
    [InlineData("ssl_session_ticket_key ticket.key; ssl_protocols TLSv1.3;", FindingLevel.Note, PastSessions.Closed)]
    [InlineData("ssl_session_ticket_key ticket.key; ssl_session_tickets off;", FindingLevel.Pass, PastSessions.Closed)]
    public void Tickets_KeyFileThatIsGoneOrOfNoUse_OpensNothing(string lines, FindingLevel level, PastSessions past)
    {
        using var audited = Audit(lines);

        var finding = Assert.Single(audited.Subject.Findings, finding => finding.Check == "config-session-tickets");
        Assert.Equal((level, past), (finding.Level, finding.PastSessions));
    }

    [Theory]
    [InlineData("on", "ECDHE-ECDSA-AES128-GCM-SHA256:AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256", PastSessions.Open)]
    [InlineData("off", "AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256", PastSessions.SomeAreOpen)]
    [InlineData("on", "ECDHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256", PastSessions.SomeAreOpen)]
    [InlineData("on", "ALL:!kRSA:!aNULL:@SECLEVEL=2", PastSessions.Closed)]
    [InlineData("on", "ALL:!aNULL:@SECLEVEL=3", PastSessions.Closed)]
    [InlineData("on", "no-such-suite", PastSessions.MayBeOpen)]
    public void StaticKeyExchange_StringAndPreference_DecideWhatIsOpen(string preference, string ciphers, PastSessions past)
    {
        using var audited = Audit($"ssl_certificate_key web.key; ssl_prefer_server_ciphers {preference}; ssl_ciphers {ciphers}; ssl_protocols TLSv1.2;");

        var finding = Assert.Single(audited.Subject.Findings, finding => finding.Check == "config-static-key-exchange");
        Assert.Equal(past, finding.PastSessions);
    }

    [Theory]
    [InlineData("eNULL:@SECLEVEL=0", FindingLevel.Failure, PastSessions.Open)]
    [InlineData("ECDHE+AESGCM:aNULL+AESGCM", FindingLevel.Warning, PastSessions.Closed)]
    [InlineData("ECDHE+AESGCM", FindingLevel.Pass, PastSessions.Closed)]
    public void WeakSuites_EachKind_HasItsLevel(string ciphers, FindingLevel level, PastSessions past)
    {
        using var audited = Audit($"ssl_ciphers {ciphers};");

        var finding = audited.Subject.Findings.First(finding => finding.Check == "config-weak-suites");
        Assert.Equal((level, past), (finding.Level, finding.PastSessions));
    }

    [Fact]
    public void Audit_LineThatManyServersInherit_IsOneFinding()
    {
        var servers = string.Concat(Enumerable.Range(1, 100).Select(i => $"server {{ listen 443 ssl; server_name s{i}.example.org; }}\n"));
        using var audited = new AuditedFolder(null, File, change: folder => folder.Write(File, $"http {{\nssl_certificate_key web.key;\n{servers}}}"));

        var finding = Assert.Single(audited.Subject.Findings, finding => finding.Check == "config-private-key");
        Assert.Contains(finding.Evidence, line => line.Contains("s1.example.org", StringComparison.Ordinal));
        Assert.InRange(finding.Evidence.Count, 10, 30);
        Assert.EndsWith("more", finding.Evidence[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Subject_AsJson_ComesBackAsItWas()
    {
        using var audited = new AuditedFolder("nginx/bad", File);

        var json = JsonSerializer.Serialize(audited.Subject);
        var back = JsonSerializer.Deserialize<AuditedSubject>(json)!;

        Assert.Equal(json, JsonSerializer.Serialize(back));
        Assert.Equal(audited.Seen.Services[0].Suites.Older, back.Configuration!.Services[0].Suites.Older);
    }

    private static AuditedFolder Audit(string lines, Action<ConfigurationFolder>? change = null) =>
        new(null, File, change: folder =>
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            folder.Write("encrypted.key", key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000)));
            folder.Write("old-encrypted.key", "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n");
            folder.Write(File, $"http {{ server {{ listen 443 ssl;\n{lines.Replace("; ", ";\n", StringComparison.Ordinal)}\n}} }}");
            change?.Invoke(folder);
        });
}
