using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Tests.Audit.Reports;

namespace ForwardSecretProxy.Tests.Cli;

public class EndpointAuditTests
{
    private static readonly AuditTarget[] Targets =
        [.. Enumerable.Range(1, 9).Select(at => new AuditTarget("example.org", at)), new AuditTarget("example.org", 9) { ServerName = "other.example.org" }];

    [Fact]
    public async Task RunAsync_OneCannotBeReached_ReportsAllInTheirOrder()
    {
        var report = await new EndpointAudit(Targets, async (target, _, _) =>
        {
            await Task.Yield();
            return target.Port == 4 ? throw new ConnectFailedException("refused") : SampleReports.Bad().Subjects[0].Endpoint!;
        }, EndpointChecks.All, policy: null).RunAsync(CancellationToken.None);

        Assert.Equal(Targets.Select(target => target.ToString()).SkipLast(1).Append("example.org:9 (other.example.org)"),
            report.Subjects.Select(subject => subject.Name));
        Assert.Equal("refused", Assert.Single(report.Subjects, subject => subject.Verdict is null).Error);
        Assert.All(report.Subjects.SelectMany(subject => subject.Findings), finding => Assert.Contains(report.Checks, check => check.Id == finding.Check));
    }

    [Fact]
    public async Task RunAsync_Interrupted_SaysSoOfWhatWasNotDone()
    {
        using var stop = new CancellationTokenSource();
        var first = new TaskCompletionSource();
        var report = await new EndpointAudit(Targets, async (target, _, cancelled) =>
        {
            if (target.Port == 1)
                first.SetResult();
            if (target.Port == 2)
            {
                await first.Task;
                await stop.CancelAsync();
            }

            if (target.Port > 1)
                await Task.Delay(Timeout.Infinite, cancelled);
            return SampleReports.Good().Subjects[0].Endpoint!;
        }, EndpointChecks.All, policy: null).RunAsync(stop.Token);

        Assert.NotNull(report.Subjects[0].Verdict);
        Assert.All(report.Subjects.Skip(1), subject => Assert.Equal("interrupted", subject.Error));
    }

    [Fact]
    public async Task RunAsync_Policy_AddsItsFindingsAndDescriptions()
    {
        var policy = BuiltInProfiles.Find("fsp-strict");
        var report = await new EndpointAudit(Targets[..1], (_, _, _) => Task.FromResult(SampleReports.Bad().Subjects[0].Endpoint!),
            EndpointChecks.All, policy)
            .RunAsync(CancellationToken.None);

        Assert.Equal(policy.ToString(), report.Policy);
        Assert.Contains(report.Checks, check => check.Id.StartsWith(ProfileJudge.IdPrefix, StringComparison.Ordinal));
        Assert.Contains(report.Subjects[0].Findings, finding => finding.Check.StartsWith(ProfileJudge.IdPrefix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Describe_WhileItRuns_SaysWhereItIs()
    {
        EndpointAudit? audit = null;
        var said = "";
        audit = new EndpointAudit(Targets[..1], (_, progress, _) =>
        {
            progress.Report("cipher suites (2 of 9)");
            said = audit!.Describe();
            return Task.FromResult(SampleReports.Bad().Subjects[0].Endpoint!);
        }, EndpointChecks.All, policy: null);
        await audit.RunAsync(CancellationToken.None);

        Assert.Equal("example.org:1: cipher suites (2 of 9)", said);
    }
}
