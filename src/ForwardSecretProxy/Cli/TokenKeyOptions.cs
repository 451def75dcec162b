using System.CommandLine;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using CommandResult = System.CommandLine.Parsing.CommandResult;

namespace ForwardSecretProxy.Cli;

/// <summary>
/// Which key a command signs with: an entry of the configuration (<c>--config</c>, <c>--certificate</c>), or a module,
/// a URI and a source for the PIN. The PIN itself is never an option: every user of the machine sees command lines.
/// </summary>
internal sealed class TokenKeyOptions
{
    private readonly Option<FileInfo?> _config = new("--config", "-c")
    {
        Description = "Take token and key from this configuration file.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _certificate = new("--certificate")
    {
        Description = "The entry of Certificates in it; may be left out when there is one.",
        HelpName = "NAME",
    };

    private readonly ModuleOption _module = new();

    private readonly Option<string?> _key = new("--key")
    {
        Description = "Without a configuration: the key as an RFC 7512 URI, \"pkcs11:token=fsp;object=web\".",
        HelpName = "URI",
    };

    private readonly PinOptions _pin = new("--pin", "the token's user PIN");

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_config, _certificate, _key, .. _module.Options, .. _pin.Options])
            command.Options.Add(option);
        command.Validators.Add(RequireOneKey);
    }

    /// <summary>The entry of the configuration; null when the key was given without one.</summary>
    /// <exception cref="CommandFailedException">The configuration has errors, or there is no such entry.</exception>
    public ConfiguredKey? Configured(ParseResult parsed) =>
        parsed.GetValue(_config) is { } file ? ConfiguredKey.Find(file, parsed.GetValue(_certificate)) : null;

    private void RequireOneKey(CommandResult result)
    {
        var isConfigured = Has(_config);
        if (isConfigured == Has(_key) || isConfigured && _module.Options.Any(Has))
            result.AddError("Name the key: either --config FILE [--certificate NAME], or --key URI [--module LIBRARY].");
        if (isConfigured && _pin.Options.Any(Has))
            result.AddError("With --config the PIN comes from where the configuration says.");

        bool Has(Option option) => result.GetResult(option) is not null;
    }

    /// <summary>Logs in, finds the key and passes it through the gate.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="adjust">Changes how the token is used; null leaves it.</param>
    /// <param name="preferred">
    /// The public key (DER) of the one that is meant when the URI names several, as it does while a key is changed; null for
    /// that of the configured certificate.
    /// </param>
    /// <exception cref="CommandFailedException">The options do not lead to a key.</exception>
    /// <exception cref="TokenException">The token cannot be used, or the key did not pass the gate.</exception>
    public async Task<KeyInUse> OpenAsync(
        ParseResult parsed,
        CancellationToken cancellationToken,
        Func<TokenOptions, TokenOptions>? adjust = null,
        ReadOnlyMemory<byte>? preferred = null)
    {
        var configured = Configured(parsed);
        var (uri, options) = configured is null ? Written(parsed) : (configured.Uri, configured.Token);
        preferred ??= configured is null
            ? null
            : ConfiguredChains.KeyOf(CertificateChain.Load(configured.Certificate.Chain))?.Encoded;
        return await KeyInUse.OpenAsync(uri, adjust is null ? options : adjust(options), preferred, cancellationToken);
    }

    private (Pkcs11Uri Uri, TokenOptions Options) Written(ParseResult parsed) =>
        WrittenKey.Read(parsed, _key.Name, parsed.GetValue(_key)!, _module, _pin);
}
