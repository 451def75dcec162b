using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.Audit.Watching;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Cli;

/// <summary>The options of <c>fsp audit endpoint</c> that say how servers are looked at.</summary>
internal sealed class AuditScanOptions
{
    private static readonly ScanOptions Standard = new();
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(100);

    private readonly Option<int> _samples = new("--samples")
    {
        Description = "Handshakes whose key shares are compared, for each version and group, and tickets. More find keys that are "
            + "used again seldom, or by one server of many behind the address.",
        HelpName = "N",
        DefaultValueFactory = _ => Standard.Samples,
    };

    private readonly Option<int> _parallel = new("--parallel")
    {
        Description = "Connections to a server at once.",
        HelpName = "N",
        DefaultValueFactory = _ => Standard.Parallel,
    };

    private readonly Option<string> _timeout = BenchOptionsReader.Time(
        "--timeout", Duration.Format(Standard.Timeout), "The most that one answer is waited for.");

    private readonly Option<string> _deadline = BenchOptionsReader.Time(
        "--deadline", Duration.Format(Standard.Deadline), "The most that a scan may take; it then ends with what it has, and says so.");

    private readonly Option<string?> _watch = new("--watch")
    {
        Description = "After the scan look again for so long, lightly (a few handshakes, 144 times): only so is it seen how long the key "
            + "of session tickets lives, and how long sessions are kept. A ticket key should not live for longer than 24h.",
        HelpName = "TIME",
    };

    private readonly Option<FileInfo?> _state = new("--state")
    {
        Description = "Where --watch keeps what it has seen: after an interruption the same command goes on from there.",
        HelpName = "FILE",
    };

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_samples, _parallel, _timeout, _deadline, _watch, _state])
            command.Options.Add(option);
        command.Validators.Add(Validate);
    }

    /// <summary>Reads them.</summary>
    /// <exception cref="CommandFailedException">One is wrong.</exception>
    public ScanOptions Read(ParseResult parsed) => new()
    {
        Samples = parsed.GetValue(_samples),
        Parallel = parsed.GetValue(_parallel),
        Timeout = BenchOptionsReader.ReadTime(parsed, _timeout, ShortestTimeout),
        Deadline = BenchOptionsReader.ReadTime(parsed, _deadline, TimeSpan.FromSeconds(1)),
    };

    /// <summary>How long it is looked at after the scan; null for not at all.</summary>
    /// <exception cref="CommandFailedException">It is wrong.</exception>
    public WatchOptions? ReadWatch(ParseResult parsed) => parsed.GetValue(_watch) is null ? null : new WatchOptions
    {
        Span = BenchOptionsReader.ReadTime(parsed, _watch!, TimeSpan.FromSeconds(1)),
        StateFile = parsed.GetValue(_state)!.FullName,
        Timeout = BenchOptionsReader.ReadTime(parsed, _timeout, ShortestTimeout),
    };

    /// <summary>Whether there is a watch.</summary>
    public bool IsWatch(CommandResult result) => result.GetResult(_watch) is not null;

    private void Validate(CommandResult result)
    {
        if (result.GetResult(_watch) is null != result.GetResult(_state) is null)
            result.AddError("--watch and --state go together: a watch of hours has to outlive an interruption.");
        Demand(result, _samples, 2, 1000);
        Demand(result, _parallel, 1, 64);
    }

    private static void Demand(CommandResult result, Option<int> option, int least, int most)
    {
        // What is no number is told of by the parser.
        if (result.GetResult(option)?.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var value)
            && (value < least || value > most))
            result.AddError($"{option.Name} is from {least} to {most}.");
    }
}
