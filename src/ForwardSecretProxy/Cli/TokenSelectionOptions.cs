using System.CommandLine;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary>
/// Which token a command works on: a module, then a label, a serial or a slot, of which none is needed when there is one
/// token only.
/// </summary>
internal sealed class TokenSelectionOptions
{
    private readonly ModuleOption _module = new();
    private readonly PinOptions _pin = new("--pin", "the token's user PIN");

    private readonly Option<string?> _label = new("--label")
    {
        Description = "The token's label. Not needed when there is only one token.",
        HelpName = "LABEL",
    };

    private readonly Option<string?> _serial = new("--serial")
    {
        Description = "The token's serial number.",
        HelpName = "SERIAL",
    };

    private readonly Option<ulong?> _slot = new("--slot")
    {
        Description = "The number of the slot that the token is in.",
        HelpName = "N",
    };

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        _module.AddTo(command);
        command.Options.Add(_label);
        command.Options.Add(_serial);
        command.Options.Add(_slot);
        _pin.AddTo(command);
    }

    /// <summary>Opens the token; the PIN is read when a key is first asked for.</summary>
    public Token Open(ParseResult parsed)
    {
        var options = new TokenOptions
        {
            Module = _module.Read(parsed),
            Label = parsed.GetValue(_label),
            Serial = parsed.GetValue(_serial),
            Slot = parsed.GetValue(_slot),

            // One command makes one signature at a time.
            Sessions = 1,
        };
        if (options is { Label: null, Serial: null, Slot: null })
            options = options with { Slot = OnlySlot(options.Module) };

        PinSource pin = _pin.Read(parsed) ?? new PinPrompt("User PIN of the token");
        return Token.Open(options with { Pin = pin });
    }

    private static ulong OnlySlot(string module) => Token.List(module).Where(token => token.Initialized).ToList() switch
    {
        [var only] => only.Slot,
        [] => throw new CommandFailedException(
            "the module shows no initialised token; make one with `fsp token init`"),
        var several => throw new CommandFailedException("there are several tokens, say which with --label: "
            + string.Join("; ", several.Select(token => token.Describe())), ExitCode.Usage),
    };
}
