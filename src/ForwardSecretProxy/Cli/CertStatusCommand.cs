using System.CommandLine;
using ForwardSecretProxy.Hardening.Limits;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp cert status</c>: every certificate, its key, and what is to be done next.</summary>
internal static class CertStatusCommand
{
    internal static Command Create()
    {
        var config = SharedOptions.Config();
        var json = SharedOptions.Json();
        var command = new Command("status",
            "Show every certificate of a configuration and its spares: names, keys, tokens, expiry, and the next step in words. Keys are "
            + "looked for on their tokens and compared with the certificate; nothing is signed (fsp check does). Exit code 0: "
            + "nothing is due; 1: something is due, expired or wrong; 3: a token could not be asked.")
        {
            config, json,
        };
        command.AddExamples(
            "fsp cert status --config /etc/fsp/fsp.jsonc",
            "fsp cert status --config /etc/fsp/fsp.jsonc --json");

        command.SetAction(parsed =>
        {
            var file = parsed.GetValue(config)!;
            var reader = new CertificateStatusReader(ConfiguredKey.Load(file), file.ToString(), DateTimeOffset.UtcNow);
            // The PIN will be in this process's memory: no debugger and no core file is to have it.
            ProcessLimits.Apply();
            var certificates = reader.Read();
            if (parsed.GetValue(json))
                JsonOutput.Write(parsed.InvocationConfiguration.Output, new { Due = certificates.Any(each => each.IsDue), certificates });
            else
                CertStatusReport.Write(Terminal.Output(parsed), certificates);
            return reader.LacksToken ? ExitCode.CouldNotRun
                : certificates.Any(each => each.IsDue) ? ExitCode.Findings
                : ExitCode.AllWell;
        });
        return command;
    }
}
