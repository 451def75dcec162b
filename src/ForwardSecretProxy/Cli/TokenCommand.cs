using System.CommandLine;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp token</c>: the life of a token.</summary>
internal static class TokenCommand
{
    internal static Command Create()
    {
        var command = new Command("token", "Make tokens ready and see which there are.");
        command.Subcommands.Add(TokenInitCommand.Create());
        command.Subcommands.Add(TokenListCommand.Create());
        return command;
    }
}
