using System.CommandLine;
using ForwardSecretProxy.Hardening;
using ForwardSecretProxy.Hardening.Limits;
using ForwardSecretProxy.Hosting;

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
        // A module of a token may need any file and any device: a process that loads one keeps its way to all of them.
        if (!HardenedStart.IsSecondStage && HardenedStart.IsNeeded)
            HardenedStart.Run(rules: null, environment: new Dictionary<string, string?>());
        ProcessLimits.Apply();

        var sockets = new ListeningSockets(SocketActivation.Take());
        using var start = await ServerStart.PrepareAsync(
            file, new PreparationScope(HasRoutes: true, sockets), cancellationToken);
        if (start.Server is null)
        {
            ProblemReport.Write(Terminal.Error(parsed), file.ToString(), start.Problems);
            return ProblemReport.ExitCodeFor(start.Problems);
        }

        await ServerRunner.RunAsync(start, content: null, started: null, cancellationToken);
        return ExitCode.AllWell;
    }
}
