using System.CommandLine;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp key</c>: the life of a key on a token.</summary>
internal static class KeyCommand
{
    internal static Command Create()
    {
        var command = new Command("key", "Make, list, verify, change and destroy keys on a token.");
        command.Subcommands.Add(KeyGenerateCommand.Create());
        command.Subcommands.Add(KeyListCommand.Create());
        command.Subcommands.Add(KeyVerifyCommand.Create());
        command.Subcommands.Add(KeyRotateCommand.Create());
        command.Subcommands.Add(KeyDestroyCommand.Create());
        return command;
    }
}
