using System.CommandLine;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary>Which key on the token a command works on.</summary>
/// <param name="labelRequired">Whether the label has to be given; the id may be, too.</param>
internal sealed class KeySelectionOptions(bool labelRequired = false)
{
    private readonly Option<string?> _label = new("--key-label")
    {
        Description = "The key's label.",
        HelpName = "LABEL",
        Required = labelRequired,
    };

    private readonly Option<string?> _id = new("--key-id")
    {
        Description = "The key's id in hexadecimal, where a label is not enough.",
        HelpName = "HEX",
    };

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_label);
        command.Options.Add(_id);
    }

    /// <summary>What names the key; null when neither option is given.</summary>
    /// <exception cref="CommandFailedException">The id is not hexadecimal.</exception>
    public Pkcs11Uri? Read(ParseResult parsed, TokenInfo token)
    {
        var label = parsed.GetValue(_label);
        var id = parsed.GetValue(_id);
        try
        {
            return label is null && id is null ? null : Pkcs11Uri.For(token.Label, label, id);
        }
        catch (FormatException)
        {
            throw new CommandFailedException(
                "--key-id is not hexadecimal; `fsp key list` shows the ids", ExitCode.Usage);
        }
    }
}
