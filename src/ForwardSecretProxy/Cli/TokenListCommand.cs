using System.CommandLine;
using System.Globalization;
using ForwardSecretProxy.Signing.Pkcs11;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp token list</c>: what a module shows. It needs no PIN.</summary>
internal static class TokenListCommand
{
    internal static Command Create()
    {
        var module = new ModuleOption();
        var json = SharedOptions.Json();
        var command = new Command("list", "List the tokens that a module shows, blank ones too.");
        module.AddTo(command);
        command.Options.Add(json);
        command.AddExamples(
            "fsp token list",
            "fsp token list --module /usr/lib/softhsm/libsofthsm2.so --json");

        command.SetAction(parsed =>
        {
            var tokens = Token.List(module.Read(parsed), module.ReadArguments(parsed));
            if (parsed.GetValue(json))
                JsonOutput.Write(parsed.InvocationConfiguration.Output, tokens);
            else
                Terminal.Output(parsed).Write(ToTable(tokens));
            return ExitCode.AllWell;
        });
        return command;
    }

    private static Table ToTable(IReadOnlyList<TokenInfo> tokens)
    {
        var table = new Table().NoBorder().AddColumns("Slot", "Label", "Serial", "Model", "State");
        foreach (var token in tokens)
        {
            table.AddRow(
                token.Slot.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(token.Label),
                Markup.Escape(token.Serial),
                Markup.Escape(token.Model),
                StateOf(token));
        }

        return table;
    }

    private static string StateOf(TokenInfo token) => token switch
    {
        { Initialized: false } => "blank",
        { PinState: PinState.Locked } => "[red]user PIN locked[/]",
        { UserPinSet: false } => "[yellow]no user PIN[/]",
        { PinState: PinState.FinalTry } => "[yellow]one wrong PIN more locks it[/]",
        { PinState: PinState.CountLow } => "[yellow]ready, after wrong PINs[/]",
        _ => "[green]ready[/]",
    };
}
