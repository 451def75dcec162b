using System.CommandLine;
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
            "Run the proxy until SIGTERM or ctrl-C. It starts only when fsp check finds no error. "
            + "Logs go to stderr.")
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
        using var start = await ServerStart.PrepareAsync(
            file, PreparationScope.Routes | PreparationScope.Ports, cancellationToken);
        if (start.Server is null)
        {
            ProblemReport.Write(Terminal.Error(parsed), file, start.Problems);
            return ProblemReport.ExitCodeFor(start.Problems);
        }

        await ServerRunner.RunAsync(start.Server, start.Problems, content: null, started: null, cancellationToken);
        return ExitCode.AllWell;
    }
}
