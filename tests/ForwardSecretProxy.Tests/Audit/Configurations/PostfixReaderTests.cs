using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

public class PostfixReaderTests
{
    private const string File = "main.cf";

    [Fact]
    public void Audit_Bad_FindsEachWeaknessInItsLine()
    {
        using var audited = new AuditedFolder("postfix/bad", File);

        Assert.Equal("postfix", audited.Seen.Software);
        Assert.Equal("F", audited.Subject.Verdict!.Grade);
        audited.Found("config-private-key", FindingLevel.Failure, PastSessions.Closed, File, "smtpd_tls_key_file");
        audited.Found("config-static-key-exchange", FindingLevel.Failure, PastSessions.Open, File, "tls_medium_cipherlist");
        audited.Found("config-session-tickets", FindingLevel.Warning, PastSessions.ClosedButRecent, "master.cf", "smtp      inet");
        audited.Found("config-session-cache", FindingLevel.Warning, PastSessions.MayBeOpen, File, "session_cache_database");
        audited.Found("config-dh-parameters", FindingLevel.Failure, PastSessions.MayBeOpen, File, "dh1024_param_file");
        audited.Found("config-old-versions", FindingLevel.Warning, PastSessions.Closed, File, "smtpd_tls_protocols");
        audited.Found("config-old-versions", FindingLevel.Warning, PastSessions.Closed, File, "smtpd_tls_mandatory_protocols");
    }

    [Fact]
    public void Audit_Bad_ServicesHaveTheirOverrides()
    {
        using var audited = new AuditedFolder("postfix/bad", "master.cf");

        Assert.Equal(["smtpd on smtp (inet)", "smtpd on submission (inet)"], audited.Seen.Services.Select(service => service.Name));
        var submission = audited.Service("submission");
        Assert.Equal("aNULL:-aNULL:HIGH:@STRENGTH:!aNULL:!3DES:!kRSA", submission.CipherString.Value);
        Assert.Equal([TlsVersion.Tls11, TlsVersion.Tls12, TlsVersion.Tls13], submission.Versions.Value);
        Assert.DoesNotContain(submission.Suites.Older, suite => suite.KeyExchange == KeyExchange.Rsa);
        Assert.Contains(audited.Service("smtp (").Suites.Older, suite => suite.KeyExchange == KeyExchange.Rsa);
        Assert.Equal(audited.Folder.PathOf("web.key"), submission.Keys[0].Name);
    }

    [Fact]
    public void Audit_Good_HasOnlyPasses()
    {
        using var audited = new AuditedFolder("postfix/good", File);

        audited.IsClean();
    }

    [Fact]
    public void Audit_GoodWithTickets_KeysAreRotated()
    {
        using var audited = new AuditedFolder("postfix/good", File, change: folder => folder.Replace(File, "NO_TICKET, ", ""));

        var finding = audited.Found("config-session-tickets", FindingLevel.Note, PastSessions.ClosedButRecent, "master.cf", "smtp      inet");
        Assert.Contains("2 hours", finding.Message, StringComparison.Ordinal);
        Assert.Equal("B", audited.Subject.Verdict!.Grade);
    }

    [Theory]
    [InlineData("a = $b$b\nb = $a$a\n")]
    [InlineData("a = ${a}\n")]
    [InlineData("a = ${b\n")]
    [InlineData("a = $\n")]
    public void Audit_ParametersThatReferToEachOtherInACircle_EndInAGap(string circle)
    {
        using var audited = new AuditedFolder("postfix/good", File, change: folder =>
            folder.Write(File, System.IO.File.ReadAllText(folder.PathOf(File)) + circle + "smtpd_tls_protocols = $a >=TLSv1.2\n"));

        Assert.Null(audited.Subject.Error);
        Assert.True(circle == "a = $\n" || audited.Seen.Gaps.Any(gap => gap.Message.Contains("smtpd_tls_protocols", StringComparison.Ordinal)));
    }
}
