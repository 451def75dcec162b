using System.CommandLine;
using System.Net;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Dane;
using CommandResult = System.CommandLine.Parsing.CommandResult;

namespace ForwardSecretProxy.Cli;

/// <summary><c>--resolver</c> and <c>--timeout</c>: who is asked, and for how long.</summary>
internal sealed class ResolverOptions
{
    private const int DnsPort = 53;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Option<string?> _resolver = new("--resolver")
    {
        Description = "The resolver to ask. It has to verify DNSSEC, and the way to it has to be trusted, as on this machine: its word "
            + $"counts. Default: those of {SystemResolvers.Path}.",
        HelpName = "ADDRESS[:PORT]",
    };

    private readonly Option<string> _timeout = new("--timeout")
    {
        Description = "How long a resolver may take for an answer, 100ms to 60s.",
        HelpName = "TIME",
        DefaultValueFactory = _ => "5s",
    };

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_resolver);
        command.Options.Add(_timeout);
    }

    /// <summary>Whether one of them is given.</summary>
    public bool IsGiven(CommandResult result) =>
        result.GetResult(_resolver) is not null || result.GetResult(_timeout) is { Implicit: false };

    /// <summary>Reads them.</summary>
    /// <exception cref="CommandFailedException">One cannot be read, or the system has no resolver.</exception>
    public TlsaLookup Read(ParseResult parsed)
    {
        if (!Duration.TryParse(parsed.GetValue(_timeout)!, out var timeout) || timeout < Shortest || timeout > Longest)
            throw new CommandFailedException("--timeout is a time from 100ms to 60s, such as 5s", ExitCode.Usage);
        return new TlsaLookup(parsed.GetValue(_resolver) is { } text ? [Parse(text)] : OfTheSystem(), timeout);
    }

    private static IPEndPoint Parse(string text)
    {
        if (HostAndPort.TryParse(text, out var written) && written.Port > 0) return written;
        // A lone number would be read as an address.
        return text.AsSpan().ContainsAny('.', ':') && !text.StartsWith('[') && IPAddress.TryParse(text, out var address)
            ? new IPEndPoint(address, DnsPort)
            : throw new CommandFailedException(
                "--resolver is an IP address, with a port if it is not 53: 127.0.0.1, [::1]:5353", ExitCode.Usage);
    }

    private static IReadOnlyList<IPEndPoint> OfTheSystem() =>
        SystemResolvers.Read() is { Count: > 0 } servers
            ? servers
            : throw new CommandFailedException($"{SystemResolvers.Path} names no resolver: name one with --resolver");
}
