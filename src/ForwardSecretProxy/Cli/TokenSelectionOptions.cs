using System.CommandLine;
using ForwardSecretProxy.Hardening.Limits;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;
using CommandResult = System.CommandLine.Parsing.CommandResult;

namespace ForwardSecretProxy.Cli;

/// <summary>
/// Which token a command works on: an entry of the configuration, or a module, then a label, a serial or a slot, of
/// which none is needed when there is one token only.
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

    private readonly Option<FileInfo?> _config = new("--config", "-c")
    {
        Description = "Take the token and its PIN's source from this configuration file instead.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _token = new("--token")
    {
        Description = "The entry of Tokens in it; may be left out when there is one.",
        HelpName = "NAME",
    };

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        _module.AddTo(command);
        command.Options.Add(_label);
        command.Options.Add(_serial);
        command.Options.Add(_slot);
        _pin.AddTo(command);
        command.Options.Add(_config);
        command.Options.Add(_token);
        command.Validators.Add(RequireOneWay);
    }

    /// <summary>Opens the token; the PIN is read when a key is first asked for.</summary>
    public Token Open(ParseResult parsed)
    {
        var options = parsed.GetValue(_config) is { } file
            ? ConfiguredToken.Find(file, parsed.GetValue(_token))
            : Written(parsed);

        // The PIN will be in this process's memory: no debugger and no core file is to have it.
        ProcessLimits.Apply();
        // One command makes one signature at a time.
        return Token.Open(options with { Sessions = 1 });
    }

    private void RequireOneWay(CommandResult result)
    {
        var written = _module.Options.Concat(_pin.Options).Concat([_label, _serial, _slot]);
        if (result.GetResult(_config) is null)
        {
            if (result.GetResult(_token) is not null)
                result.AddError("--token names an entry of a configuration: give --config FILE too.");
        }
        else if (written.FirstOrDefault(option => result.GetResult(option) is not null) is { } option)
        {
            result.AddError($"Give --config or {option.Name}, not both: the configuration says it.");
        }
    }

    private TokenOptions Written(ParseResult parsed)
    {
        var options = new TokenOptions
        {
            Module = _module.Read(parsed),
            ModuleArguments = _module.ReadArguments(parsed),
            Label = parsed.GetValue(_label),
            Serial = parsed.GetValue(_serial),
            Slot = parsed.GetValue(_slot),
        };
        if (options is { Label: null, Serial: null, Slot: null })
            options = options with { Slot = OnlySlot(options) };

        var name = options.Label is { } label ? $"the token \"{label}\"" : "the token";
        return options with { Pin = _pin.Read(parsed) ?? new PinPrompt($"User PIN of {name}") };
    }

    private static ulong OnlySlot(TokenOptions options)
    {
        var tokens = Token.List(options.Module, options.ModuleArguments).Where(token => token.Initialized).ToList();
        return tokens switch
        {
            [var only] => only.Slot,
            [] => throw new CommandFailedException(
                "the module shows no initialised token; make one with `fsp token init`"),
            _ => throw new CommandFailedException("there are several tokens, say which with --label: "
                + string.Join("; ", tokens.Select(token => token.Describe())), ExitCode.Usage),
        };
    }
}
