using System.CommandLine;
using System.Globalization;
using ForwardSecretProxy.Acme;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp acme renew</c>: renews what is due, and ends.</summary>
internal static class AcmeRenewCommand
{
    private static readonly Option<FileInfo> Config = SharedOptions.Config();
    private static readonly Option<bool> Json = SharedOptions.Json();

    private static readonly Option<string?> Certificate = new("--certificate")
    {
        Description = "Only this entry of Certificates.",
        HelpName = "NAME",
    };

    private static readonly Option<bool> Force = new("--force")
    {
        Description = "Renew what is not due, too, and do not wait after tries that failed. Authorities count certificates.",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("renew",
            "Renew the certificates that are due, once: for a timer. What is due is what the authority suggests (RFC 9773), or has "
            + "lived two thirds of its life, or is self-signed, or is not for all its names. A proxy that runs answers the challenges, "
            + "and notices the new chain by itself. Exit code 0: all are as they should be; 1: one could not be renewed, and is as it was.")
        {
            Config, Certificate, Force, Json,
        };
        command.AddExamples(
            "fsp acme renew --config /etc/fsp/fsp.jsonc",
            "fsp acme renew --config /etc/fsp/fsp.jsonc --certificate web --force");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var setup = AcmeSetup.Load(parsed.GetRequiredValue(Config));
        var name = parsed.GetValue(Certificate) is { } given ? setup.FindCertificate(given) : null;
        using var interruption = new Interruption();
        var outcomes = await setup.Renewals.RunAsync(name, parsed.GetValue(Force), interruption.Token);
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(Json))
            JsonOutput.Write(output, outcomes);
        else
            foreach (var outcome in outcomes) output.WriteLine($"{outcome.Certificate}: {Describe(outcome)}");
        return outcomes.All(outcome => outcome.Result is RenewalResult.Renewed or RenewalResult.NotDue) ? ExitCode.AllWell : ExitCode.Findings;
    }

    private static string Describe(RenewalOutcome outcome) => outcome switch
    {
        { Next: null } => $"not renewed: {outcome.Message}. The one before stays. It is not tried again by itself, because tokens lock "
            + "after a few wrong PINs: put the right one there, and try with --force",
        { Result: RenewalResult.Renewed } => $"renewed, good until {Date(outcome.NotAfter)}; next renewal {Date(outcome.Next)}",
        { Result: RenewalResult.NotDue } => $"nothing to do before {Date(outcome.Next)}",
        { Result: RenewalResult.Waiting } =>
            $"due, but not tried before {Date(outcome.Next)} (--force does), because the last try failed: {outcome.Message}",
        _ => $"not renewed: {outcome.Message}. The one before stays; next try from {Date(outcome.Next)} on",
    };

    private static string? Date(DateTimeOffset? moment) =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
