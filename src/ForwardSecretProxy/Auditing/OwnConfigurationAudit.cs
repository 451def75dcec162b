using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Signers;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Auditing;

/// <summary>
/// Our own configuration: everything that <c>fsp serve</c> does before it listens, tokens and keys included, without opening a
/// port; and then the same checks as for any other server.
/// </summary>
internal static class OwnConfigurationAudit
{
    /// <summary>Audits the file. What cannot be had now, such as a token, is a finding.</summary>
    public static async Task<AuditedSubject> RunAsync(string file, Profile? policy, CancellationToken cancellationToken)
    {
        using var metrics = new SigningMetrics();
        var configuration = new FileInfo(file);
        var loaded = ConfigurationLoader.Load(configuration);
        var recorder = new GateRecorder(new SignerSources(configuration, metrics).Open(loaded, isReload: false));
        var scope = new PreparationScope(HasRoutes: true, Sockets: null);
        using var server = await ServerPreparation.PrepareAsync(loaded, recorder, scope, cancellationToken);

        var location = new SourceLocation(file, 0);
        var problems = loaded.Context.Problems;
        var observation = loaded.Options is { } options ? OwnServices.Observe(file, options, server) : new ConfigurationObservation("fsp");
        List<Finding> findings =
        [
            .. Start(problems, server is not null, location),
            .. (loaded.Options?.Certificates ?? []).SelectMany(certificate => certificate.Alternatives)
                .SelectMany(certificate => certificate.SingleKeys).Select(certificate => Gate(certificate, recorder, problems, location)),
            .. observation.Services.Count > 0 ? ConfigurationAuditor.Judge(observation) : [],
            .. policy is null ? [] : ProfileJudge.Judge(policy, observation, service => OwnOffer.Of(service, loaded.Options!, server)),
        ];
        var (verdict, ordered) = ConfigurationAuditor.Conclude(findings);
        return new AuditedSubject(file, SubjectKind.Configuration) { Configuration = observation, Findings = ordered, Verdict = verdict };
    }

    private static IEnumerable<Finding> Start(IReadOnlyList<ConfigurationProblem> problems, bool starts, SourceLocation location)
    {
        if (starts && problems.Count == 0)
            return [new Finding(OwnChecks.Start.Id, FindingLevel.Pass, "fsp would serve with this configuration.")];
        return problems.Select(problem => new Finding(OwnChecks.Start.Id, Level(problem), Message(problem))
        {
            Location = location,
            Evidence = [problem.Mend, .. problem.Details],
        });
    }

    // What may pass, as a token that is away, says nothing about the configuration.
    private static FindingLevel Level(ConfigurationProblem problem) =>
        problem.Severity == ConfigurationProblemSeverity.Warning ? FindingLevel.Warning
        : problem.MayPass ? FindingLevel.Unexamined
        : FindingLevel.Failure;

    private static string Message(ConfigurationProblem problem) =>
        problem.Path.Length == 0 ? $"{char.ToUpperInvariant(problem.Message[0])}{problem.Message[1..]}."
            : $"{problem.Place}: {problem.Message}.";

    private static Finding Gate(
        CertificateOptions certificate, GateRecorder recorder, IReadOnlyList<ConfigurationProblem> problems, SourceLocation location)
    {
        var check = OwnChecks.KeyGate.Id;
        var plain = $"Certificates:{certificate.Name}:Key";
        var name = certificate.KeyPath == plain ? certificate.Name : certificate.KeyPath["Certificates:".Length..];
        if (recorder.Passed.TryGetValue(certificate.KeyPath, out var report))
        {
            return new Finding(check, FindingLevel.Pass, $"The key of {name} passes the key gate.")
            {
                Evidence = [.. report.Findings.Select(Line)],
            };
        }
        // A refusal has the gate's report with it; any other reason is that the key was not reached.
        var refusal = problems.FirstOrDefault(
            problem => problem.Path == certificate.KeyPath && problem.Details.Count > 0);
        return refusal is not null
            ? new Finding(check, FindingLevel.Failure, $"The key of {name} is refused: {refusal.Message}.")
            {
                Location = location,
                Evidence = [.. refusal.Details, refusal.Mend],
            }
            : new Finding(check, FindingLevel.Unexamined,
                $"The key of {name} could not be put through the key gate; see {OwnChecks.Start.Id}.")
            {
                Location = location,
            };
    }

    private static string Line(KeyGateFinding finding) => $"{finding.Check}: {finding.Found}";
}
