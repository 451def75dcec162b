using System.CommandLine;
using System.CommandLine.Parsing;

namespace ForwardSecretProxy.Cli;

/// <summary>The options of <c>fsp audit</c> that say what comes out, and where.</summary>
internal sealed class AuditOutputOptions
{
    private readonly Option<string> _format = new("--format")
    {
        Description = "text is for a terminal, html a page for a browser, markdown for a pull request, sarif for code "
            + "scanning, junit for CI systems, json for programs and for --baseline.",
        HelpName = string.Join('|', AuditFormats.Names),
        DefaultValueFactory = _ => AuditFormats.Text,
    };

    private readonly Option<bool> _json = SharedOptions.Json();

    private readonly Option<FileInfo?> _output = new("--output")
    {
        Description = "Write there, whole or not at all, and only the verdicts to stdout.",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo?> _baseline = new("--baseline")
    {
        Description = "An earlier --format json: say what got worse, better or else changed since. It does not move the exit code.",
        HelpName = "OLD.json",
    };

    private readonly Option<bool> _verbose = new("--verbose")
    {
        Description = "text: a line for each check that passed too, and why each finding matters.",
    };

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        _format.AcceptOnlyFromAmong([.. AuditFormats.Names]);
        foreach (var option in (Option[])[_format, _output, _baseline, _verbose, _json])
            command.Options.Add(option);
        command.Validators.Add(Validate);
    }

    /// <summary>Reads them all, and the earlier report.</summary>
    /// <exception cref="CommandFailedException">One cannot be done.</exception>
    public AuditOutput Read(ParseResult parsed)
    {
        var file = parsed.GetValue(_output);
        if (file is { Directory.Exists: false })
            throw new CommandFailedException($"--output: there is no directory {file.DirectoryName}", ExitCode.Usage);
        return new AuditOutput
        {
            Format = parsed.GetValue(_json) ? AuditFormats.Json : parsed.GetRequiredValue(_format),
            File = file,
            IsVerbose = parsed.GetValue(_verbose),
            Baseline = parsed.GetValue(_baseline) is { } baseline ? AuditBaseline.Read(baseline) : null,
        };
    }

    private void Validate(CommandResult result)
    {
        var format = result.GetResult(_format) is { Implicit: false } given
            ? string.Concat(given.Tokens.Take(1).Select(token => token.Value)) : null;
        var isJson = result.GetResult(_json) is { Implicit: false };
        if (isJson && format is not (null or AuditFormats.Json))
            result.AddError($"--json is --format json, and not --format {format}: give one of them.");
        if (result.GetResult(_verbose) is { Implicit: false } && (isJson || format is not (null or AuditFormats.Text)))
            result.AddError("--verbose is for --format text; the other formats have everything.");
    }
}
