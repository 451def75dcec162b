using System.CommandLine;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp key destroy</c>: the end of a key. There is no copy, so it asks.</summary>
internal static class KeyDestroyCommand
{
    internal static Command Create()
    {
        var selection = new TokenSelectionOptions();
        var selected = new KeySelectionOptions(labelRequired: true);
        var confirmed = new Option<string?>("--yes-destroy")
        {
            Description = "The label once more, instead of typing it when asked.",
            HelpName = "LABEL",
        };
        var command = new Command("destroy",
            "Destroy a key pair. Nobody can bring it back: certificates for it become useless.");
        selected.AddTo(command);
        command.Options.Add(confirmed);
        selection.AddTo(command);
        command.AddExamples(
            "fsp key destroy --label fsp --key-label old",
            "fsp key destroy --label fsp --key-label old --yes-destroy old --pin-file pin");

        command.SetAction(parsed =>
        {
            using var token = selection.Open(parsed);
            var key = selected.Read(parsed, token.Info)!;
            var again = parsed.GetValue(confirmed) ?? Ask(parsed, key);
            if (again != key.Label)
                throw new CommandFailedException("the labels differ; nothing was destroyed", ExitCode.Usage);

            new KeyStore(token).Destroy(key);
            parsed.InvocationConfiguration.Error.WriteLine($"Destroyed the key \"{key.Label}\".");
            return ExitCode.AllWell;
        });
        return command;
    }

    private static string? Ask(ParseResult parsed, Pkcs11Uri key)
    {
        if (Console.IsInputRedirected)
        {
            throw new CommandFailedException("there is no terminal to ask at; confirm with --yes-destroy LABEL",
                ExitCode.Usage);
        }

        parsed.InvocationConfiguration.Error.Write(
            $"This destroys the key \"{key.Label}\" on the token \"{key.Token}\" for ever. Type its label to go on: ");
        return Console.ReadLine();
    }
}
