using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.Cli;

/// <summary>The options of <c>fsp audit endpoint</c> that say which servers are meant.</summary>
internal sealed class AuditTargetOptions
{
    private readonly Argument<string[]> _targets = new("HOST[:PORT]")
    {
        Description = "The servers. Without a port it is 443, or the one of --starttls. An IPv6 address is in brackets.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<FileInfo?> _file = new("--targets")
    {
        Description = "A file with a server on each line: HOST[:PORT], then starttls=PROTOCOL and sni=NAME if need be; # begins a comment.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _startTls = new("--starttls")
    {
        Description = "Speak this protocol until STARTTLS.",
        HelpName = string.Join('|', StartTlsProtocols.Names),
    };

    private readonly Option<string?> _serverName = new("--sni")
    {
        Description = "The name to ask for. Default: HOST, and none for an address.",
        HelpName = "NAME",
    };

    private readonly Option<IPAddress?> _address = new("--ip")
    {
        Description = "Connect there, whatever HOST resolves to.",
        HelpName = "ADDRESS",
        CustomParser = ReadAddress,
    };

    /// <summary>Puts the argument and the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        _startTls.AcceptOnlyFromAmong([.. StartTlsProtocols.Names]);
        command.Arguments.Add(_targets);
        foreach (var option in (Option[])[_file, _startTls, _serverName, _address])
            command.Options.Add(option);
        command.Validators.Add(Validate);
    }

    /// <summary>The servers, each once.</summary>
    /// <exception cref="CommandFailedException">They are not as they should be.</exception>
    public IReadOnlyList<AuditTarget> ReadTargets(ParseResult parsed)
    {
        StartTlsProtocol? startTls = StartTlsProtocols.TryParse(parsed.GetValue(_startTls), out var protocol) ? protocol : null;
        try
        {
            IEnumerable<AuditTarget> targets = parsed.GetValue(_targets)!.Select(text => AuditTarget.Parse(text, startTls));
            if (parsed.GetValue(_file) is { } file)
                targets = targets.Concat(AuditTargetFile.Parse(file.ToString(), ReadLines(file), startTls));
            var serverName = parsed.GetValue(_serverName);
            return [.. targets.Select(target => serverName is null ? target : target with { ServerName = serverName }).Distinct()];
        }
        catch (AuditTargetException exception)
        {
            throw new CommandFailedException(exception.Message, ExitCode.Usage);
        }
    }

    /// <summary>The one address to connect to; null for those that the name resolves to.</summary>
    public IPAddress? ReadAddress(ParseResult parsed) => parsed.GetValue(_address);

    /// <summary>Whether there is a single server, so that a file can be about it.</summary>
    public bool IsOne(CommandResult result) => result.GetResult(_file) is null && result.GetResult(_targets)?.Tokens.Count == 1;

    private void Validate(CommandResult result)
    {
        var targets = result.GetResult(_targets)?.Tokens.Count ?? 0;
        if (targets == 0 && result.GetResult(_file) is null)
            result.AddError("Say which server, as HOST[:PORT], or give a file of them with --targets.");
        if (result.GetResult(_address) is not null && !IsOne(result))
            result.AddError("--ip is for one server.");
    }

    private static IPAddress? ReadAddress(ArgumentResult result)
    {
        if (IPAddress.TryParse(result.Tokens[0].Value, out var address))
            return address;
        result.AddError("--ip takes an IPv4 or IPv6 address.");
        return null;
    }

    private static string[] ReadLines(FileInfo file)
    {
        try
        {
            return File.ReadAllLines(file.FullName);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"--targets: {exception.Message}", ExitCode.Usage);
        }
    }
}
