using System.CommandLine;
using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp check</c>: everything that <c>fsp serve</c> does before it listens, and a report.</summary>
internal static class CheckCommand
{
    private static readonly Option<FileInfo> Config = SharedOptions.Config();
    private static readonly Option<bool> Json = SharedOptions.Json();
    private static readonly Option<bool> Running = new("--running")
    {
        Description = "The proxy runs already: do not ask whether its ports are free.",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("check",
            "Check a configuration with its files, tokens, keys and ports, and report every problem. "
            + "Exit code 0: all well; 1: it would start, with warnings; 2: it is wrong; 3: it cannot run now.")
        {
            Config, Json, Running,
        };
        command.AddExamples(
            "fsp check --config /etc/fsp/fsp.jsonc",
            "fsp check --config /etc/fsp/fsp.jsonc --running --json");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = parsed.GetRequiredValue(Config);
        var scope = new PreparationScope(HasRoutes: true, parsed.GetValue(Running) ? null : new ListeningSockets([]));
        using var start = await ServerStart.PrepareAsync(file, scope, cancellationToken);

        var problems = start.Problems;
        if (parsed.GetValue(Json))
            ProblemReport.WriteJson(parsed.InvocationConfiguration.Output, file, problems);
        else
            ProblemReport.Write(Terminal.Output(parsed), file.ToString(), problems);
        return ProblemReport.ExitCodeFor(problems);
    }
}
