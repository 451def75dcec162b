using System.CommandLine;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Dane;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing.Keys;
using CommandResult = System.CommandLine.Parsing.CommandResult;

namespace ForwardSecretProxy.Cli;

/// <summary>Whose records <c>fsp tlsa</c> is about: certificates from files or of a configuration, and the next keys.</summary>
internal sealed class TlsaKeyOptions
{
    private readonly Argument<FileInfo[]> _files = new("CHAIN")
    {
        Description = "PEM files with the certificates in use (RSA and ECDSA are two), each with its intermediates.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<FileInfo?> _config = new("--config", "-c")
    {
        Description = "Instead: the certificates that the listeners of this configuration present for the name. When a listener has the "
            + "port, only its own count.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _certificate = new("--certificate")
    {
        Description = "An entry of Certificates in it that counts for every name, beside those that are for the name.",
        HelpName = "NAME",
    };

    private readonly NextKeyOptions _next = new();

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_files);
        command.Options.Add(_config);
        command.Options.Add(_certificate);
        _next.AddTo(command);
        command.Validators.Add(Validate);
    }

    /// <summary>Reads them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="port">The service's port.</param>
    /// <param name="cancellationToken">Ends the wait for tokens.</param>
    /// <exception cref="CommandFailedException">A file, the configuration or a key is wrong.</exception>
    public async Task<DaneKeys> ReadAsync(ParseResult parsed, int port, CancellationToken cancellationToken)
    {
        var configuration = parsed.GetValue(_config) is { } file ? ConfiguredKey.Load(file) : null;
        IEnumerable<DaneCertificate> inUse = configuration is null
            ? parsed.GetValue(_files)!.Select(chain => Load(chain.FullName, chain.Name, anyHost: true))
            : Configured(configuration, parsed.GetValue(_certificate), port);
        return new DaneKeys([.. inUse], await _next.ReadAsync(parsed, configuration, cancellationToken));
    }

    /// <summary>Reads a chain that has a certificate; what else may be wrong with it does not matter here.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static (CertificateChain Chain, CertificateFacts Leaf) LoadChain(string path)
    {
        var chain = CertificateChain.Load(path);
        if (chain.Leaf is { } leaf) return (chain, leaf);
        var problem = chain.Check(DateTimeOffset.UtcNow, signerSpki: null)[0];
        throw new CommandFailedException($"{problem.Message}. {problem.Mend}", ExitCode.Usage);
    }

    private void Validate(CommandResult result)
    {
        var isConfigured = result.GetResult(_config) is not null;
        var hasFiles = result.GetResult(_files) is { Tokens.Count: > 0 };
        if (isConfigured && hasFiles)
            result.AddError("Give certificates' files or --config, not both.");
        if (!isConfigured && result.GetResult(_certificate) is not null)
            result.AddError("--certificate names an entry of a configuration: give --config FILE too.");
        if (!isConfigured && !hasFiles && !_next.IsGiven(result))
            result.AddError("Name a certificate (its file, or --config FILE), or a next key (--next FILE, --next-key URI).");
        _next.Validate(result, isConfigured);
    }

    private static IEnumerable<DaneCertificate> Configured(ProxyOptions options, string? chosen, int port)
    {
        if (chosen is not null && !options.Certificates.Any(each => IsNamed(each.Name)))
        {
            throw new CommandFailedException($"there is no certificate \"{chosen}\"; in the configuration are: "
                + string.Join(", ", options.Certificates.Select(each => each.Name)), ExitCode.Usage);
        }

        var onPort = options.Listeners.Where(listener => listener.Address.Port == port && listener.Redirect is null).ToList();
        var served = (onPort.Count > 0 ? onPort : options.Listeners).SelectMany(listener => listener.Certificates).ToHashSet();
        return options.Certificates
            .Where(each => served.Contains(each.Name) || IsNamed(each.Name))
            // A spare that no record is for would be no help when it is needed.
            .SelectMany(each => WithRotation(each, Load(each.Chain, $"certificate \"{each.Name}\"", IsNamed(each.Name)))
                .Concat(each.Spares.Index().Select(spare => Load(
                    spare.Item.Chain, $"certificate \"{each.Name}\", spare {spare.Index + 1}", IsNamed(each.Name)))));

        bool IsNamed(string name) => name.Equals(chosen, StringComparison.OrdinalIgnoreCase);
    }

    // While a key is changed there are two, and both are for the names of the one certificate.
    private static IEnumerable<DaneCertificate> WithRotation(CertificateOptions options, DaneCertificate certificate)
    {
        yield return certificate;
        var state = RotationFile.LoadSettled(
            options.Chain, ConfiguredChains.KeyOf(CertificateChain.Load(options.Chain)), DateTimeOffset.UtcNow);
        if (state.Next?.PublicKey is { } next)
            yield return Beside(next, DaneKeyUse.Next);
        foreach (var old in state.Old)
            yield return Beside(old.PublicKey, DaneKeyUse.Before);

        DaneCertificate Beside(SubjectPublicKey key, DaneKeyUse use) =>
            certificate with { Key = new DaneKey($"{key} key of {certificate.Key.Name}", key.Encoded, [], use) };
    }

    private static DaneCertificate Load(string path, string name, bool anyHost)
    {
        var (chain, leaf) = LoadChain(path);
        return new DaneCertificate(
            new DaneKey(name, leaf.SubjectPublicKeyInfo, chain.Certificates, DaneKeyUse.Now), chain.DnsNames, anyHost);
    }
}
