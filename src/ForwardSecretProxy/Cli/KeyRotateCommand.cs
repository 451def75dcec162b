using System.CommandLine;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hardening.Limits;
using ForwardSecretProxy.Rotation;
using CommandResult = System.CommandLine.Parsing.CommandResult;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp key rotate</c>: another key for a certificate, one step with each run.</summary>
internal sealed class KeyRotateCommand
{
    private static readonly TimeSpan ShortestKeep = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestKeep = TimeSpan.FromDays(3650);

    private readonly Option<FileInfo> _config = SharedOptions.Config();
    private readonly Option<bool> _json = SharedOptions.Json();

    private readonly Option<string?> _certificate = new("--certificate")
    {
        Description = "The entry of Certificates in it; may be left out when there is one.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _type = new Option<string?>("--key-type")
    {
        Description = "The kind of the next key. Default: that of the key in use.",
    }.AcceptOnlyFromAmong([.. KeyKinds.ByName.Keys]);

    private readonly Option<string?> _keep = new("--keep")
    {
        Description = "How long old keys are kept after the switch, 1h to 3650d. Default: 7d, in which one can still go back, and "
            + "caches have dropped DANE records of any usual TTL.",
        HelpName = "TIME",
    };

    private readonly Option<FileInfo?> _request = new("--csr-out")
    {
        Description = "Write the certificate request to FILE. Default: the chain's file name and .csr.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _continue = new("--continue")
    {
        Description = "Go on with a change that was begun, and never begin one: for a timer.",
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Say which step is due, and do nothing.",
    };

    private readonly Option<bool> _destroyNow = new("--destroy-now")
    {
        Description = "Destroy the old key now, before its time: there is no way back then.",
    };

    private readonly Option<bool> _abandon = new("--abandon")
    {
        Description = "Destroy the next key, whose certificate is not wanted any more.",
    };

    private KeyRotateCommand()
    {
    }

    /// <summary>The command.</summary>
    public static Command Create() => new KeyRotateCommand().Build();

    private Command Build()
    {
        var command = new Command("rotate",
            "Change the key of a certificate without an interruption: run it, and it does the step that is due and says what comes "
            + "next. A new key with the label of the old one is made on the token, and a certificate request for the same names; "
            + "fsp cert import of its certificate is the switch, which a running proxy makes by itself; when --keep has passed "
            + "the old key is destroyed. The configuration stays as it is. Until then fsp cert import of the old chain goes back.");
        foreach (var option in (Option[])[_config, _certificate, _type, _keep, _request, _continue, _dryRun, _destroyNow, _abandon, _json])
            command.Options.Add(option);
        command.Validators.Add(Validate);
        command.AddExamples(
            "fsp key rotate --config /etc/fsp/fsp.jsonc --certificate web",
            "fsp key rotate --config /etc/fsp/fsp.jsonc --certificate web --key-type ec-p384 --keep 30d --csr-out web.csr",
            "fsp key rotate --config /etc/fsp/fsp.jsonc --certificate web --dry-run --json",
            "fsp key rotate --config /etc/fsp/fsp.jsonc --certificate web --abandon");
        command.SetAction(RunAsync);
        return command;
    }

    private void Validate(CommandResult result)
    {
        if (Has(_abandon) && (Has(_destroyNow) || Has(_type) || Has(_request)))
            result.AddError("--abandon ends a change of keys; leave the other options out.");
        if (Has(_destroyNow) && (Has(_type) || Has(_request)))
            result.AddError("--destroy-now is for the old key; what is for the next one comes with another run.");

        bool Has(Option option) => result.GetResult(option) is { Implicit: false };
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = parsed.GetValue(_config)!;
        var configured = ConfiguredKey.Find(file, parsed.GetValue(_certificate));
        var settings = ReadSettings(parsed);
        var rotation = new KeyRotation(configured.Certificate, configured.Uri, configured.Token,
            configured.Configuration.Certificates, TimeProvider.System);
        // The PIN will be in this process's memory: no debugger and no core file is to have it.
        ProcessLimits.Apply();
        var outcome = await rotation.RunAsync(settings, cancellationToken);

        var report = RotateReport.Of(outcome, settings.IsDryRun, configured.Certificate.Name, file.ToString());
        if (parsed.GetValue(_json))
            JsonOutput.Write(parsed.InvocationConfiguration.Output, report);
        else
            report.WriteText(parsed.InvocationConfiguration.Output);
        return ExitCode.AllWell;
    }

    private RotationSettings ReadSettings(ParseResult parsed) => new(
        new RotationRequest(!parsed.GetValue(_continue), parsed.GetValue(_destroyNow), parsed.GetValue(_abandon)),
        parsed.GetValue(_type) is { } type ? KeyKinds.ByName[type] : null,
        parsed.GetValue(_keep) is { } keep ? ReadKeep(keep) : null,
        parsed.GetValue(_request)?.FullName,
        parsed.GetValue(_dryRun));

    private static TimeSpan ReadKeep(string text) =>
        Duration.TryParse(text, out var keep) && keep >= ShortestKeep && keep <= LongestKeep
            ? keep
            : throw new CommandFailedException(
                "--keep is a time from 1h to 3650d, such as 7d; at once is --destroy-now", ExitCode.Usage);
}
