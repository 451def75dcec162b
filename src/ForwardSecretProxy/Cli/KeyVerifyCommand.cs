using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary>
/// <c>fsp key verify</c>: the gate that <c>fsp serve</c> has before every key, with its whole report.
/// </summary>
internal static class KeyVerifyCommand
{
    internal static Command Create()
    {
        var selection = new TokenSelectionOptions();
        var selected = new KeySelectionOptions();
        var json = SharedOptions.Json();
        var certificate = new Option<FileInfo?>("--certificate")
        {
            Description = "A PEM file; its first certificate must be for the key.",
            HelpName = "FILE",
        };
        var command = new Command("verify",
            "Check that a key cannot leave its token and can do nothing but sign: its attributes, an attempt to read "
            + "it, an attempt to wrap it out, a test signature. Without --key-label: every key on the token. "
            + "Exit code 1: a key must not be used.");
        selected.AddTo(command);
        command.Options.Add(certificate);
        selection.AddTo(command);
        command.Options.Add(json);
        command.AddExamples(
            "fsp key verify --label fsp",
            "fsp key verify --label fsp --key-label web --certificate web.pem --pin-file pin --json");

        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var token = selection.Open(parsed);
            var expected = ReadPublicKey(parsed.GetValue(certificate));
            var reports = new List<KeyGateReport>();
            foreach (var uri in UrisOf(selected.Read(parsed, token.Info), token))
                reports.Add(await token.VerifyKeyAsync(uri, expected, cancellationToken));

            if (parsed.GetValue(json))
                JsonOutput.Write(parsed.InvocationConfiguration.Output, reports.Select(ToJson));
            else
                reports.ForEach(report => Write(Terminal.Output(parsed), report));
            return reports.TrueForAll(report => report.Passed) ? ExitCode.AllWell : ExitCode.Findings;
        });
        return command;
    }

    private static IEnumerable<Pkcs11Uri> UrisOf(Pkcs11Uri? one, Token token)
    {
        if (one is not null)
            return [one];

        var keys = new KeyStore(token).List();
        return keys.Count > 0
            ? keys.Select(key => key.Uri)
            : throw new CommandFailedException($"the token \"{token.Info.Label}\" holds no private key; make one with "
                + "`fsp key generate`");
    }

    private static ReadOnlyMemory<byte>? ReadPublicKey(FileInfo? file)
    {
        if (file is null)
            return null;

        var problems = new List<CertificateProblem>();
        if (PemCertificateReader.Read(file.FullName, problems) is not [var leaf, ..])
        {
            throw new CommandFailedException(
                $"--certificate: {problems[0].Message}. {problems[0].Mend}", ExitCode.Usage);
        }

        using var certificate = X509CertificateLoader.LoadCertificate(leaf);
        return certificate.PublicKey.ExportSubjectPublicKeyInfo();
    }

    private static object ToJson(KeyGateReport report) => new
    {
        report.Key,
        report.Passed,
        report.Findings,
        Schemes = report.Schemes.Select(scheme => scheme.Name()),
        UnavailableSchemes = report.UnavailableSchemes
            .Select(unavailable => new { Scheme = unavailable.Scheme.Name(), unavailable.Reason }),
    };

    private static void Write(IAnsiConsole console, KeyGateReport report)
    {
        console.MarkupLine(report.Passed
            ? $"[green]{Markup.Escape(report.Key)} passes.[/]"
            : $"[red]{Markup.Escape(report.Key)} must not be used.[/]");
        foreach (var finding in report.Findings)
        {
            var verdict = finding.Passed ? "[green]pass[/]" : "[red]FAIL[/]";
            console.MarkupLine(
                $"  {verdict}  {Markup.Escape($"{finding.Check}: wanted {finding.Wanted}, found {finding.Found}")}");
            if (!finding.Passed)
                console.MarkupLine($"        {Markup.Escape(finding.Why)}");
        }

        foreach (var (scheme, reason) in report.UnavailableSchemes)
            console.MarkupLine($"  [yellow]note[/]  {Markup.Escape($"{scheme.Name()} is not offered: {reason}")}");
    }
}
