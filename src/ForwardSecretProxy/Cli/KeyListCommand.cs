using System.CommandLine;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp key list</c>: the private keys on a token, also those that would be refused.</summary>
internal static class KeyListCommand
{
    internal static Command Create()
    {
        var selection = new TokenSelectionOptions();
        var json = SharedOptions.Json();
        var command = new Command("list",
            "List the private keys on a token with the URI that names each in the configuration.");
        selection.AddTo(command);
        command.Options.Add(json);
        command.AddExamples("fsp key list --label fsp", "fsp key list --label fsp --pin-file pin --json");

        command.SetAction(parsed =>
        {
            using var token = selection.Open(parsed);
            var keys = new KeyStore(token).List();
            if (parsed.GetValue(json))
                JsonOutput.Write(parsed.InvocationConfiguration.Output, keys.Select(ToJson));
            else
                Terminal.Output(parsed).Write(ToTable(keys));
            return ExitCode.AllWell;
        });
        return command;
    }

    private static object ToJson(TokenKeyInfo key) => new
    {
        key.Label,
        key.Id,
        Type = key.PublicKey?.ToString(),
        Uri = key.Uri.ToString(),
        PublicKey = key.PublicKey?.ToPem(),
        key.Note,
    };

    private static Table ToTable(IReadOnlyList<TokenKeyInfo> keys)
    {
        var table = new Table().NoBorder().AddColumns("Label", "Type", "Id", "URI");
        foreach (var key in keys)
        {
            table.AddRow(
                Markup.Escape(key.Label),
                key.PublicKey?.ToString() ?? $"[yellow]{Markup.Escape(key.Note!)}[/]",
                key.Id,
                Markup.Escape(key.Uri.ToString()));
        }

        return table;
    }
}
