using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Tests.Audit.Reports;

public class BaselineComparisonTests
{
    [Fact]
    public void Of_SameReport_HasNoChanges() => Assert.Empty(BaselineComparison.Of(SampleReports.Bad(), SampleReports.Bad()).Changes);

    [Fact]
    public void Of_MendedServer_SaysWhatBecameBetter()
    {
        var comparison = BaselineComparison.Of(SampleReports.Bad(), SampleReports.Good());

        Assert.Equal(SampleReports.At, comparison.At);
        Assert.Equal(
            [
                "grade F became A: Past sessions are not readable with the server's long-term secrets.",
                "static-key-exchange: FAIL became pass: None.",
                "ephemeral-key-reuse: FAIL became pass: All differ.",
                "tls12-tickets: warning became pass: None.",
                "TLS 1.0 is not spoken any more",
                "TLS 1.3 is spoken",
                "TLS 1.2 takes TLS_RSA_WITH_AES_128_GCM_SHA256 no more",
                "TLS 1.2 takes TLS_RSA_WITH_AES_128_CBC_SHA no more",
                "TLS 1.3 agrees on X25519MLKEM768",
            ],
            comparison.Changes.Where(change => change.IsWorse == false).Select(change => change.Message));
        Assert.DoesNotContain(comparison.Changes, change => change.IsWorse == true);
        Assert.Contains(comparison.Changes, change => change.IsWorse is null && change.Message.Contains("CN=new.example.org", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_BrokenServer_SaysWhatBecameWorseFirst()
    {
        var changes = BaselineComparison.Of(SampleReports.Good(), SampleReports.Bad()).Changes;

        var worse = changes.TakeWhile(change => change.IsWorse == true).Select(change => change.Message).ToList();
        Assert.Equal(changes.Count(change => change.IsWorse == true), worse.Count);
        Assert.Contains("TLS 1.0 is spoken", worse);
        Assert.Contains("TLS 1.2 takes TLS_RSA_WITH_AES_128_GCM_SHA256", worse);
        Assert.Contains("TLS 1.3 agrees on X25519MLKEM768 no more", worse);
        Assert.Contains(worse, message => message.StartsWith("static-key-exchange: pass became FAIL", StringComparison.Ordinal));
        Assert.DoesNotContain(changes, change => change.IsWorse == false);
    }

    [Theory]
    [InlineData(FindingLevel.Pass, FindingLevel.Failure, true)]
    [InlineData(FindingLevel.Failure, FindingLevel.Warning, false)]
    [InlineData(FindingLevel.Failure, FindingLevel.Unexamined, null)]
    [InlineData(FindingLevel.Pass, FindingLevel.Unexamined, null)]
    [InlineData(FindingLevel.Unexamined, FindingLevel.Pass, null)]
    [InlineData(FindingLevel.Unexamined, FindingLevel.Failure, true)]
    public void Of_LevelMoved_IsJudged(FindingLevel before, FindingLevel now, bool? isWorse)
    {
        var change = Assert.Single(BaselineComparison.Of(Report(before, "x"), Report(now, "x")).Changes);

        Assert.Equal(isWorse, change.IsWorse);
    }

    [Theory]
    [InlineData("expires in 12 days", "expires in 9 days", 0)]
    [InlineData("a suite", "another suite", 1)]
    public void Of_SameLevelOtherMessage_CountsUnlessOnlyNumbersMoved(string before, string now, int changes) =>
        Assert.Equal(changes, BaselineComparison.Of(Report(FindingLevel.Warning, before), Report(FindingLevel.Warning, now)).Changes.Count);

    [Fact]
    public void Of_CheckThatIsNew_SaysSoAndJudgesNot()
    {
        var before = Report(FindingLevel.Pass, "") with { Checks = [] };
        before = before with { Subjects = [before.Subjects[0] with { Findings = [] }] };

        var change = Assert.Single(BaselineComparison.Of(before, Report(FindingLevel.Failure, "bad")).Changes);

        Assert.Null(change.IsWorse);
        Assert.Contains("was not checked before", change.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_UnreachableServer_IsWorse()
    {
        var change = Assert.Single(BaselineComparison.Of(Report(FindingLevel.Pass, ""), Failed()).Changes);

        Assert.True(change.IsWorse);
    }

    [Fact]
    public void Of_OtherSubjectsAndPolicy_AreNamed()
    {
        var other = SampleReports.Report(SampleReports.Configuration().Subjects[0]) with { Policy = "strict" };

        var messages = BaselineComparison.Of(Failed(), other).Changes.Select(change => change.Message);

        Assert.Equal(["judged by strict, before by none", "was not in the earlier report", "is in the earlier report only"], messages);
    }

    private static AuditReport Failed() =>
        SampleReports.Report(new AuditedSubject("a:443", SubjectKind.Endpoint) { Error = "connection refused" });

    private static AuditReport Report(FindingLevel level, string message) => SampleReports.Report(new AuditedSubject("a:443", SubjectKind.Endpoint)
    {
        Verdict = new Verdict("B", PastSessions.Closed, "x"), Findings = [new Finding("heartbeat", level, message)],
    });
}
