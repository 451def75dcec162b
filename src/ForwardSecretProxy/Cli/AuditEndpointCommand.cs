using System.CommandLine;
using System.CommandLine.Parsing;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.Audit.Watching;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp audit endpoint</c>: live servers, as anybody on the network sees them.</summary>
internal sealed class AuditEndpointCommand
{
    private readonly AuditTargetOptions _targets = new();
    private readonly AuditScanOptions _scan = new();
    private readonly AuditAuthorityOption _authorities = new();
    private readonly AuditPolicyOption _policy = new();
    private readonly AuditOutputOptions _output = new();

    private AuditEndpointCommand()
    {
    }

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var endpoint = new AuditEndpointCommand();
        var command = new Command("endpoint",
            "Audit live servers for forward secrecy: every version, suite, group and signature scheme they take, whether their "
            + "key shares are really fresh, tickets, resumption, certificates. It is polite: some hundreds of connections, each "
            + "closed after a few messages, at most eight at once and fifty a second. That is no load, but logs show it. Exit "
            + "code 0: nothing has to be mended; 1: something has to; 3: nothing has to be mended, but a server could not be reached.");
        endpoint._targets.AddTo(command);
        endpoint._scan.AddTo(command);
        endpoint._authorities.AddTo(command);
        endpoint._policy.AddTo(command);
        endpoint._output.AddTo(command);
        command.AddExamples(
            "fsp audit endpoint www.example.org",
            "fsp audit endpoint 192.0.2.1:8443 --sni www.example.org --policy mozilla-intermediate",
            "fsp audit endpoint --targets /etc/fsp/audit-targets --format html --output audit.html",
            "fsp audit endpoint mail.example.org --starttls smtp --json > before.json",
            "fsp audit endpoint mail.example.org --starttls smtp --baseline before.json",
            "fsp audit endpoint www.example.org --watch 24h --state www.example.org.state");
        command.Validators.Add(endpoint.Validate);
        command.SetAction(endpoint.RunAsync);
        return command;
    }

    private void Validate(CommandResult result)
    {
        if (_scan.IsWatch(result) && !_targets.IsOne(result))
            result.AddError("--watch is for one server.");
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var output = _output.Read(parsed);
        var policy = _policy.Read(parsed);
        var audit = new EndpointAudit(_targets.ReadTargets(parsed), ScanWith(parsed), _authorities.ReadChecks(parsed), policy);
        using var interruption = new Interruption();
        return output.Write(parsed, await RunAsync(parsed, audit, interruption.Token));
    }

    // The line is gone before anything else is written.
    private static async Task<AuditReport> RunAsync(ParseResult parsed, EndpointAudit audit, CancellationToken stop)
    {
        await using var progress = new ProgressLine(parsed, audit.Describe);
        try
        {
            return await audit.RunAsync(stop);
        }
        catch (WatchStateException exception)
        {
            throw new CommandFailedException($"--state: {exception.Message}", ExitCode.Usage);
        }
    }

    private static string Round(TimeSpan time) => Duration.Format(TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds)));

    private EndpointScan ScanWith(ParseResult parsed)
    {
        var options = _scan.Read(parsed);
        var watch = _scan.ReadWatch(parsed);
        // One for all: several servers may be one address.
        var connecting = new ConnectorOptions
        {
            Timeout = options.Timeout,
            Address = _targets.ReadAddress(parsed),
            Gates = new ConnectionGates { MostAtOnce = options.Parallel },
        };
        return async (target, progress, stop) =>
        {
            var connector = new Connector(target, connecting);
            var seen = await EndpointScanner.ScanAsync(target, connector, options,
                new StepProgress<ScanProgress>(step => progress.Report($"{step.Step} ({step.Done} of {step.Total})")), stop);
            return watch is null ? seen : await EndpointWatch.RunAsync(connector.OpenAsync, seen, watch,
                new StepProgress<WatchProgress>(look => progress.Report($"watched for {Round(look.Passed)} of {Round(look.Span)}")), stop);
        };
    }
}
