using System.CommandLine;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hardening;
using ForwardSecretProxy.Hardening.Execution;
using ForwardSecretProxy.Hardening.Limits;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Signers;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp serve</c>: runs the proxy.</summary>
internal static class ServeCommand
{
    private static readonly Option<FileInfo> Config = SharedOptions.Config();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("serve",
            "Run the proxy until SIGTERM or ctrl-C, which let requests finish; a second one does not. It starts only when "
            + "fsp check finds no error. SIGHUP makes it read its configuration again; a new certificate file it notices "
            + "by itself. Logs go to stderr.")
        {
            Config,
        };
        command.AddExamples(
            "fsp serve --config /etc/fsp/fsp.jsonc",
            "FSP_Tls__Profile=modern fsp serve --config /etc/fsp/fsp.jsonc");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = parsed.GetRequiredValue(Config);
        if (!HardenedStart.IsSecondStage)
        {
            Scheduling.PreferThroughput();
            RunFirstStage(file);
        }

        var hardening = HardenedStart.Complete();

        var sockets = new ListeningSockets(SocketActivation.Take());
        using var start = await ServerStart.PrepareAsync(
            file, new PreparationScope(HasRoutes: true, sockets) { Hardening = hardening }, cancellationToken);
        if (start.Server is null)
        {
            ProblemReport.Write(Terminal.Error(parsed), file.ToString(), start.Problems);
            return ProblemReport.ExitCodeFor(start.Problems);
        }

        await ServerRunner.RunAsync(start, content: null, started: null, cancellationToken);
        return start.Signers.HasEnded ? ExitCode.CouldNotRun : ExitCode.AllWell;
    }

    /// <summary>
    /// Starts the signer, which must not be restricted as what follows is, and executes this program anew. Returns where
    /// there is nothing to restrict, or nothing will be served, of which the second stage would say the same.
    /// </summary>
    private static void RunFirstStage(FileInfo file)
    {
        var (options, context) = ConfigurationLoader.Load(file);
        if (options is null || context.HasErrors || HostileEnvironment.Find().Count > 0)
            return;

        // Neither its environment nor its memory is to have a PIN.
        var environment = options.Tokens.Where(token => token.PinKey == "PinEnvironment")
            .Select(token => token.PinValue!).Distinct().ToDictionary(name => name, _ => (string?)null);
        switch (options.Signer.Kind)
        {
            case SignerKind.InProcess when !HardenedStart.IsNeeded:
                return;
            case SignerKind.InProcess:
                // A token's module may need any file and any device: a process that loads one keeps its way to all of them.
                HardenedStart.Run(rules: null, environment: new Dictionary<string, string?>());
                return;
            case SignerKind.Isolated:
                // It inherits what it then does not have to execute itself for.
                ProcessLimits.Apply();
                environment[SignerProcess.AddressVariable] = SignerProcess.Start(file).Name;
                break;
        }

        HardenedStart.Run(ServingRules.For(options, file), environment);
    }
}
