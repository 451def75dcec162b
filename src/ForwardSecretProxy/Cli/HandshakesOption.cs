using System.CommandLine;
using ForwardSecretProxy.Bench;

namespace ForwardSecretProxy.Cli;

/// <summary><c>--handshakes HOST:PORT</c>: the server whose handshakes are measured against its token.</summary>
internal sealed class HandshakesOption
{
    private readonly Option<string?> _server = new("--handshakes")
    {
        Description = "Afterwards measure full handshakes (TLS 1.3, 32 connections, three times --duration) of a running "
            + "server that signs with this key. Only on this machine, unless --i-own-this-host is given.",
        HelpName = "HOST:PORT",
    };

    private readonly Option<string?> _serverName = new("--server-name")
    {
        Description = "The name to ask that server for (SNI).",
        HelpName = "NAME",
    };

    private readonly Option<bool> _own = new("--i-own-this-host")
    {
        Description = "Allow a server that is not this machine. Load on a host of others is an attack.",
    };

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_serverName);
        command.Options.Add(_own);
    }

    /// <summary>What to measure there; null when the option is not given.</summary>
    /// <exception cref="CommandFailedException">It is not HOST:PORT, or may not be loaded.</exception>
    public async Task<BenchOptions?> ReadAsync(
        ParseResult parsed, TimeSpan stepDuration, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_server) is not { } text)
            return null;
        var target = BenchOptionsReader.ReadTarget(text);
        return new BenchOptions
        {
            Target = target,
            Address = await BenchOptionsReader.FindAddressAsync(target, parsed.GetValue(_own), cancellationToken),
            ServerName = parsed.GetValue(_serverName) ?? target.ServerName,
            Duration = 3 * stepDuration,
        };
    }
}
