using System.CommandLine;
using System.Net;
using ForwardSecretProxy.Admin;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp status</c>: what the status page shows, in a terminal.</summary>
internal static class StatusCommand
{
    private static readonly Option<FileInfo?> Config = new("--config", "-c")
    {
        Description = "The running proxy's configuration file: its Admin:Address is asked.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Address = new("--admin")
    {
        Description = "The address to ask: an IP address and a port, or unix: and the path of a socket.",
        HelpName = "ADDRESS",
    };

    private static readonly Option<bool> Json = SharedOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("status",
            "Show what a running proxy serves, with which keys, how much there is to do and what to look at. "
            + "Exit code 0: all well; 1: there are warnings, or it is not ready; 2: the command line or the "
            + "configuration is wrong; 3: nobody answers.")
        {
            Config, Address, Json,
        };
        command.AddExamples(
            "fsp status --config /etc/fsp/fsp.jsonc",
            "fsp status --admin 127.0.0.1:9090",
            "fsp status --admin unix:/run/fsp/admin.sock --json");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var address = ReadAddress(parsed);
        var status = await AskAsync(address, cancellationToken);
        if (parsed.GetValue(Json))
            JsonOutput.Write(parsed.InvocationConfiguration.Output, status);
        else
            StatusReport.Write(Terminal.Output(parsed), status);
        return status.State == "ready" && status.Warnings.All(warning => warning.Severity == StatusWarnings.Note)
            ? ExitCode.AllWell
            : ExitCode.Findings;
    }

    private static async Task<StatusDocument> AskAsync(EndPoint address, CancellationToken cancellationToken)
    {
        var where = AdminAddress.Format(address);
        using var client = new AdminClient(address);
        try
        {
            return await client.ReadStatusAsync(cancellationToken) ?? throw new CommandFailedException(
                $"what answers at {where} is not fsp {Hosting.ProductVersion.Current}'s admin listener");
        }
        catch (HttpRequestException exception)
        {
            throw new CommandFailedException(
                $"{where} does not answer: {exception.Message.TrimEnd('.')}. Does the proxy run, with this Admin:Address?");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailedException($"{where} does not answer in time");
        }
    }

    private static EndPoint ReadAddress(ParseResult parsed)
    {
        switch (parsed.GetValue(Config), parsed.GetValue(Address))
        {
            case (null, { } address):
                return AdminAddress.Parse(address) ?? throw new CommandFailedException(
                    "--admin is an IP address and a port, or unix: and an absolute path", ExitCode.Usage);
            case ({ } file, null):
                return ReadAddress(parsed, file);
            default:
                throw new CommandFailedException("give one of --config and --admin", ExitCode.Usage);
        }
    }

    private static EndPoint ReadAddress(ParseResult parsed, FileInfo file)
    {
        var loaded = ConfigurationLoader.Load(file);
        if (loaded.Options?.Admin is { } admin)
            return admin.Address;
        if (loaded.Context.HasErrors)
            ProblemReport.Write(Terminal.Error(parsed), file, loaded.Context.Problems);
        throw new CommandFailedException($"{file} configures no admin listener: its section Admin needs an Address",
            ExitCode.Usage);
    }
}
