using System.CommandLine;
using ForwardSecretProxy.Admin;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp status</c>: what the status page shows, in a terminal.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly AdminAddressOptions Address = new();
    private static readonly Option<bool> Json = SharedOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("status",
            "Show what a running proxy serves, with which keys, how much there is to do and what to look at. "
            + "Exit code 0: all well; 1: there are warnings, or it is not ready; 2: the command line or the "
            + "configuration is wrong; 3: nobody answers.")
        {
            Json,
        };
        Address.AddTo(command);
        command.AddExamples(
            "fsp status --config /etc/fsp/fsp.jsonc",
            "fsp status --admin 127.0.0.1:9090",
            "fsp status --admin unix:/run/fsp/admin.sock --json");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var status = await Address.AskAsync(parsed, Patience, client => client.ReadStatusAsync(cancellationToken));
        if (parsed.GetValue(Json))
            JsonOutput.Write(parsed.InvocationConfiguration.Output, status);
        else
            StatusReport.Write(Terminal.Output(parsed), status);
        return status.State == "ready" && status.Warnings.All(warning => warning.Severity == StatusWarnings.Note)
            ? ExitCode.AllWell
            : ExitCode.Findings;
    }
}
