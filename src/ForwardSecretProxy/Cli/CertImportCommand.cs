using System.CommandLine;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Rotation;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp cert import</c>: checks what a CA sent and installs it where the configuration says.</summary>
internal static class CertImportCommand
{
    internal static Command Create()
    {
        var key = new TokenKeyOptions();
        var json = SharedOptions.Json();
        var source = new Argument<FileInfo>("CHAIN")
        {
            Description = "The PEM file from the CA: the certificate, then the intermediates.",
        };
        var target = new Option<FileInfo?>("--to")
        {
            Description = "Install to FILE; needed when the key is given without a configuration.",
            HelpName = "FILE",
        };
        var command = new Command("import",
            "Check a certificate chain (order, signatures, dates, names, strength, and that its key is the one on the "
            + "token) and, when nothing is wrong, install it at the Chain of the configuration in one step. The chain "
            + "that was there is kept as FILE.previous. On any problem nothing is touched. While a key is changed "
            + "(fsp key rotate) the chain may be for any of the keys with the label: that of the next one is the switch, and "
            + "that of the old one goes back.");
        command.Arguments.Add(source);
        key.AddTo(command);
        command.Options.Add(target);
        command.Options.Add(json);
        command.AddExamples(
            "fsp cert import fullchain.pem --config /etc/fsp/fsp.jsonc --certificate web",
            "fsp cert import fullchain.pem --module /usr/lib/softhsm/libsofthsm2.so --pin-file pin \\\n"
            + "      --key 'pkcs11:token=fsp;object=web' --to /etc/fsp/web.pem");

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(source)!.FullName;
            var destination = parsed.GetValue(target)?.FullName ?? key.Configured(parsed)?.Certificate.Chain
                ?? throw new CommandFailedException(
                    "say where to install: --to FILE, or --config FILE with --certificate NAME", ExitCode.Usage);
            var chain = CertificateChain.Load(path);
            using var opened = await key.OpenAsync(parsed, cancellationToken, preferred: ConfiguredChains.KeyOf(chain)?.Encoded);
            using var alone = RotationLock.Take(destination);
            var (result, oldKeyUntil) = KeySwitch.Install(alone, chain, opened.Signer.SubjectPublicKeyInfo, DateTimeOffset.UtcNow);
            var report = ImportReport.From(result, destination, oldKeyUntil);
            if (parsed.GetValue(json))
                JsonOutput.Write(parsed.InvocationConfiguration.Output, report);
            else
                report.WriteText(parsed.InvocationConfiguration.Output);
            return result.Outcome == ImportOutcome.Refused ? ExitCode.Findings : ExitCode.AllWell;
        });
        return command;
    }
}
