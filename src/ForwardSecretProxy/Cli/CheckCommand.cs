using System.CommandLine;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hardening;
using ForwardSecretProxy.Hardening.Limits;
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

    private static readonly Option<bool> Hardening = new("--hardening")
    {
        Description = "Try instead what keeps secrets in the proxy's processes and these in their bounds, on this system and as "
            + "this user, and show what is in force. No token is opened. Exit code 0: all of it; 1: not all.",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("check",
            "Check a configuration with its files, tokens, keys and ports, and report every problem. "
            + "Exit code 0: all well; 1: it would start, with warnings; 2: it is wrong; 3: it cannot run now.")
        {
            Config, Json, Running, Hardening,
        };
        command.AddExamples(
            "fsp check --config /etc/fsp/fsp.jsonc",
            "fsp check --config /etc/fsp/fsp.jsonc --running --json",
            "sudo -u fsp fsp check --config /etc/fsp/fsp.jsonc --hardening");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = parsed.GetRequiredValue(Config);
        if (parsed.GetValue(Hardening))
            return await CheckHardeningAsync(parsed, file, cancellationToken);
        // The PIN will be in this process's memory: no debugger and no core file is to have it.
        ProcessLimits.Apply();
        var scope = new PreparationScope(HasRoutes: true, parsed.GetValue(Running) ? null : new ListeningSockets([]));
        using var start = await ServerStart.PrepareAsync(file, scope, cancellationToken);

        var problems = start.Problems;
        if (parsed.GetValue(Json))
            ProblemReport.WriteJson(parsed.InvocationConfiguration.Output, file, problems);
        else
            ProblemReport.Write(Terminal.Output(parsed), file.ToString(), problems);
        return ProblemReport.ExitCodeFor(problems);
    }

    private static async Task<int> CheckHardeningAsync(ParseResult parsed, FileInfo file, CancellationToken cancellationToken)
    {
        var (options, context) = ConfigurationLoader.Load(file);
        if (options is null || context.HasErrors)
        {
            ProblemReport.Write(Terminal.Error(parsed), file.ToString(), context.Problems);
            return ProblemReport.ExitCodeFor(context.Problems);
        }

        var report = await HardeningReport.MakeAsync(options, file, cancellationToken);
        if (parsed.GetValue(Json))
            JsonOutput.Write(parsed.InvocationConfiguration.Output, report);
        else
            HardeningTable.Write(Terminal.Output(parsed), report);
        return report.IsComplete ? ExitCode.AllWell : ExitCode.Findings;
    }
}
