using System.CommandLine;
using System.Net;
using ForwardSecretProxy.Admin;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Cli;

/// <summary>Which running proxy a command speaks to: the one of a configuration file, or the one at an address.</summary>
internal sealed class AdminAddressOptions
{
    private readonly Option<FileInfo?> _config = new("--config", "-c")
    {
        Description = "The running proxy's configuration file: its Admin:Address is asked.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _address = new("--admin")
    {
        Description = "The address to ask: an IP address and a port, or unix: and the path of a socket.",
        HelpName = "ADDRESS",
    };

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_config);
        command.Options.Add(_address);
    }

    /// <summary>What to call the proxy in a message: as it was given.</summary>
    public string Describe(ParseResult parsed) =>
        parsed.GetValue(_config)?.ToString() ?? parsed.GetValue(_address) ?? "";

    /// <summary>Asks the proxy.</summary>
    /// <exception cref="CommandFailedException">The options are wrong, or the proxy does not answer.</exception>
    public async Task<T> AskAsync<T>(ParseResult parsed, TimeSpan patience, Func<AdminClient, Task<T?>> ask)
        where T : class
    {
        var address = ReadAddress(parsed);
        var where = AdminAddress.Format(address);
        using var client = new AdminClient(address, patience);
        try
        {
            return await ask(client) ?? throw new CommandFailedException(
                $"what answers at {where} is not fsp {Hosting.ProductVersion.Current}'s admin listener");
        }
        catch (HttpRequestException exception)
        {
            throw new CommandFailedException(
                $"{where} does not answer: {exception.Message.TrimEnd('.')}. Does the proxy run, with this Admin:Address?");
        }
        catch (TaskCanceledException exception) when (exception.InnerException is TimeoutException)
        {
            throw new CommandFailedException($"{where} does not answer in time");
        }
    }

    private EndPoint ReadAddress(ParseResult parsed)
    {
        switch (parsed.GetValue(_config), parsed.GetValue(_address))
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
            ProblemReport.Write(Terminal.Error(parsed), file.ToString(), loaded.Context.Problems);
        throw new CommandFailedException($"{file} configures no admin listener: its section Admin needs an Address",
            ExitCode.Usage);
    }
}
