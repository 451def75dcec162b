using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Cli;

/// <summary>Looks at one server.</summary>
internal delegate Task<EndpointObservation> EndpointScan(AuditTarget target, IProgress<string> progress, CancellationToken stop);

/// <summary>Audits servers, a few at once.</summary>
/// <param name="targets">The servers.</param>
/// <param name="scan">Looks at one.</param>
/// <param name="checks">What they are judged by.</param>
/// <param name="policy">What they are judged by beside the checks; null for nothing.</param>
internal sealed class EndpointAudit(
    IReadOnlyList<AuditTarget> targets, EndpointScan scan, IReadOnlyList<IEndpointCheck> checks, Profile? policy)
{
    // A scan waits more than it computes.
    private const int AtOnce = 4;

    private readonly AuditedSubject?[] _subjects = new AuditedSubject?[targets.Count];
    private string _step = "connecting";

    /// <summary>How far it is, in a line.</summary>
    public string Describe()
    {
        var done = _subjects.Count(subject => subject is not null);
        return targets.Count == 1 ? _step : $"{done} of {DisplayText.Count(targets.Count, "server")} done; {_step}";
    }

    /// <summary>Audits them all. One that cannot be reached does not keep the others from it.</summary>
    /// <param name="stop">Ends it early; what is not done by then is said not to be.</param>
    public async Task<AuditReport> RunAsync(CancellationToken stop)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = CancellationToken.None };
        await Parallel.ForAsync(0, targets.Count, options, async (at, _) => _subjects[at] = await AuditAsync(targets[at], stop));
        return new AuditReport
        {
            Tool = AuditOutput.Tool,
            At = DateTimeOffset.UtcNow,
            Policy = policy?.ToString(),
            Checks =
            [
                .. checks.Select(check => check.Description),
                .. policy is null ? [] : ProfileJudge.Describe(policy),
            ],
            Subjects = _subjects!,
        };
    }

    private async Task<AuditedSubject> AuditAsync(AuditTarget target, CancellationToken stop)
    {
        var subject = new AuditedSubject(NameOf(target), SubjectKind.Endpoint);
        var progress = new StepProgress<string>(step => _step = $"{target}: {step}");
        try
        {
            stop.ThrowIfCancellationRequested();
            var seen = await scan(target, progress, stop);
            var judgement = EndpointJudge.Judge(
                seen, checks, policy is null ? [] : ProfileJudge.Judge(policy, EndpointOffer.Of(seen)));
            return subject with { Endpoint = seen, Verdict = judgement.Verdict, Findings = judgement.Findings };
        }
        catch (ConnectFailedException exception)
        {
            return subject with { Error = exception.Message };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return subject with { Error = "interrupted" };
        }
    }

    // Two names behind one address are two subjects.
    private static string NameOf(AuditTarget target) =>
        target.ServerName is null || target.ServerName == target.Host.TrimEnd('.') ? target.ToString() : $"{target} ({target.ServerName})";
}
