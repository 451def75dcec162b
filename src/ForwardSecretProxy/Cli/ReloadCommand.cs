using System.CommandLine;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp reload</c>: has a running proxy read its configuration again, and says what came of it.</summary>
internal static class ReloadCommand
{
    /// <summary>The key gate asks a token a good deal, and some tokens are slow.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly AdminAddressOptions Address = new();
    private static readonly Option<bool> Json = SharedOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("reload",
            "Have a running proxy read its configuration and certificates again. They are checked whole; what is wrong is "
            + "reported, and then the old state serves on. Open connections are not touched. SIGHUP does the same without "
            + "an answer. Exit code 0: the new state is served; 1: it is, with warnings; 2: it was refused; 3: nobody answers.")
        {
            Json,
        };
        Address.AddTo(command);
        command.AddExamples(
            "fsp reload --config /etc/fsp/fsp.jsonc",
            "fsp reload --admin unix:/run/fsp/admin.sock --json");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var report = await Address.AskAsync(parsed, Patience, client => client.ReloadAsync(cancellationToken));
        if (parsed.GetValue(Json))
        {
            JsonOutput.Write(parsed.InvocationConfiguration.Output, report);
        }
        else
        {
            var console = Terminal.Output(parsed);
            ProblemReport.Write(console, Address.Describe(parsed), report.Problems);
            console.MarkupLine(report.Swapped
                ? "[green]The new state is served.[/]"
                : "[red]Nothing was changed:[/] the state before is served on.");
        }

        if (report.Swapped)
            return report.Problems.Count == 0 ? ExitCode.AllWell : ExitCode.Findings;
        return ExitCode.Usage;
    }
}
