using System.CommandLine;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary>A key that the command line itself names: by its URI, its module and a source for the PIN.</summary>
internal static class WrittenKey
{
    /// <summary>Reads the options.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="option">The option that has the URI, for messages.</param>
    /// <param name="text">The URI.</param>
    /// <param name="module">The token's library.</param>
    /// <param name="pin">Where its PIN comes from; asked for at the terminal when it says nothing.</param>
    /// <exception cref="CommandFailedException">They do not lead to a key.</exception>
    public static (Pkcs11Uri Uri, TokenOptions Options) Read(
        ParseResult parsed, string option, string text, ModuleOption module, PinOptions pin)
    {
        if (!Pkcs11Uri.TryParse(text, out var uri, out var error))
            throw new CommandFailedException(error, ExitCode.Usage);
        if (uri.Token is null && uri.Serial is null)
        {
            throw new CommandFailedException(
                $"write the token's label into {option}, as in pkcs11:token=fsp;object=web; it is {uri}", ExitCode.Usage);
        }

        return (uri, new TokenOptions
        {
            Module = module.Read(parsed),
            ModuleArguments = module.ReadArguments(parsed),
            Label = uri.Token,
            Serial = uri.Serial,
            Pin = pin.Read(parsed) ?? (PinSource?)uri.PinSource ?? new PinPrompt($"User PIN of the token \"{uri.Token ?? uri.Serial}\""),
        });
    }
}
