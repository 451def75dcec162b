using System.CommandLine;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Logging;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp acme run</c>: stays, and renews each certificate when it is due.</summary>
internal static class AcmeRunCommand
{
    private static readonly Option<FileInfo> Config = SharedOptions.Config();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("run",
            "Stay until SIGTERM or ctrl-C, and renew each certificate when it is due, as fsp acme renew does: for where there is no "
            + "timer. Tokens are opened for a renewal only. A changed configuration takes a restart. Logs go to stderr.")
        {
            Config,
        };
        command.AddExamples("fsp acme run --config /etc/fsp/fsp.jsonc");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var setup = AcmeSetup.Load(parsed.GetRequiredValue(Config));
        using var logging = LoggerFactory.Create(builder => builder.AddStandardError(new LiveLogging(setup.Options.Logging)));
        using var interruption = new Interruption();
        await new RenewalLoop(setup.Renewals, TimeProvider.System, logging.CreateLogger<RenewalLoop>()).RunAsync(interruption.Token);
        return ExitCode.AllWell;
    }
}
