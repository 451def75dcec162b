using System.CommandLine;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Dane;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using CommandResult = System.CommandLine.Parsing.CommandResult;

namespace ForwardSecretProxy.Cli;

/// <summary>
/// The keys that come next, whose records have to be there first: from a file, or on a token, where a key need not have a
/// certificate yet.
/// </summary>
internal sealed class NextKeyOptions
{
    private const string PublicKeyLabel = "PUBLIC KEY";
    private const int MaxPublicKeyBytes = 64 * 1024;

    private readonly Option<FileInfo[]> _files = new("--next")
    {
        Description = "The next key from a PEM file: its public key, as fsp key generate prints it, or a certificate. Repeat it "
            + "for more.",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _keys = new("--next-key")
    {
        Description = "The next key on its token, as an RFC 7512 URI, \"pkcs11:token=fsp;object=mail-2\". It has to pass the key "
            + "gate. The token is one of --config, or of --module. Repeat it for more.",
        HelpName = "URI",
        DefaultValueFactory = _ => [],
    };

    private readonly ModuleOption _module = new();
    private readonly PinOptions _pin = new("--pin", "the token's user PIN");

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_files);
        command.Options.Add(_keys);
        _module.AddTo(command);
        _pin.AddTo(command);
    }

    /// <summary>Whether one is named.</summary>
    public bool IsGiven(CommandResult result) => result.GetResult(_files) is { Implicit: false } || IsOnToken(result);

    /// <summary>Reports options that have no meaning beside the others.</summary>
    public void Validate(CommandResult result, bool isConfigured)
    {
        if (!_module.Options.Concat(_pin.Options).Any(option => result.GetResult(option) is not null)) return;
        if (isConfigured)
            result.AddError("With --config the module and the PIN come from there.");
        else if (!IsOnToken(result))
            result.AddError("--module and --pin-... say how to reach --next-key: name that too.");
    }

    /// <summary>Reads them; each key on a token passes the gate.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="configuration">Whose tokens are used; null for those of the command line.</param>
    /// <param name="cancellationToken">Ends the wait for tokens.</param>
    /// <exception cref="CommandFailedException">One cannot be read, or must not be used.</exception>
    public async Task<IReadOnlyList<DaneKey>> ReadAsync(
        ParseResult parsed, ProxyOptions? configuration, CancellationToken cancellationToken)
    {
        var keys = parsed.GetValue(_files)!.Select(Read).ToList();
        foreach (var text in parsed.GetValue(_keys)!)
        {
            var (uri, token) = configuration is null
                ? WrittenKey.Read(parsed, _keys.Name, text, _module, _pin)
                : ConfiguredKey.FindToken(configuration.Tokens, text, _keys.Name);
            using var opened = await KeyInUse.OpenAsync(uri, token with { Sessions = 1 }, null, cancellationToken);
            keys.Add(new DaneKey($"key {uri}", opened.Signer.SubjectPublicKeyInfo.ToArray(), [], DaneKeyUse.Next));
        }
        return keys;
    }

    private bool IsOnToken(CommandResult result) => result.GetResult(_keys) is { Implicit: false };

    private static DaneKey Read(FileInfo file)
    {
        var problems = new List<CertificateProblem>();
        if (PemBlockReader.Read(file.FullName, PublicKeyLabel, MaxPublicKeyBytes, maxBlocks: 1, problems) is [var encoded])
        {
            try
            {
                return new DaneKey($"{file.Name}", SubjectPublicKey.Parse(encoded).Encoded, [], DaneKeyUse.Next);
            }
            catch (TokenException exception)
            {
                throw new CommandFailedException($"{file}: {exception.Message}", ExitCode.Usage);
            }
        }

        var (chain, leaf) = TlsaKeyOptions.LoadChain(file.FullName);
        return new DaneKey(file.Name, leaf.SubjectPublicKeyInfo, chain.Certificates, DaneKeyUse.Next);
    }
}
