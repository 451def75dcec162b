using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary>The key of one entry of <c>Certificates</c>, and the token that it is on.</summary>
/// <param name="Certificate">The entry.</param>
/// <param name="Uri">The key.</param>
/// <param name="Token">The entry of <c>Tokens</c> that the URI means.</param>
/// <param name="Configuration">All of the configuration.</param>
internal sealed record ConfiguredKey(
    CertificateOptions Certificate, Pkcs11Uri Uri, TokenOptions Token, ProxyOptions Configuration)
{
    /// <summary>Reads the configuration and finds the entries. No token is asked.</summary>
    /// <param name="file">The configuration.</param>
    /// <param name="name">The certificate's name; null when there is only one.</param>
    /// <exception cref="CommandFailedException">It has errors, or not exactly one entry fits.</exception>
    public static ConfiguredKey Find(FileInfo file, string? name)
    {
        var options = Load(file);
        var certificate = FindCertificate(options.Certificates, name);
        var (uri, token) = FindToken(options.Tokens, certificate.Key, certificate.KeyPath);
        return new ConfiguredKey(certificate, uri, token, options);
    }

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="CommandFailedException">It has errors.</exception>
    public static ProxyOptions Load(FileInfo file)
    {
        var loaded = ConfigurationLoader.Load(file);
        return loaded is { Options: { } options, Context.HasErrors: false }
            ? options
            : throw new CommandFailedException(string.Join(Environment.NewLine, loaded.Context.Problems), ExitCode.Usage);
    }

    private static CertificateOptions FindCertificate(IReadOnlyList<CertificateOptions> certificates, string? name)
    {
        var fitting = certificates
            .Where(each => name is null || each.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        if (fitting is [var only])
            return only;

        var problem = name is null
            ? "say which certificate is meant with --certificate"
            : $"there is no certificate \"{name}\"";
        throw new CommandFailedException(
            $"{problem}; in the configuration are: {string.Join(", ", certificates.Select(each => each.Name))}",
            ExitCode.Usage);
    }

    /// <summary>The entry of <c>Tokens</c> that a key is on.</summary>
    /// <param name="tokens">The entries.</param>
    /// <param name="key">The key's URI.</param>
    /// <param name="place">Where the URI stands, for messages.</param>
    /// <exception cref="CommandFailedException">It is no URI, or not exactly one fits.</exception>
    public static (Pkcs11Uri Uri, TokenOptions Token) FindToken(IReadOnlyList<TokenEntry> tokens, string key, string place)
    {
        if (tokens.Count == 0)
        {
            throw new CommandFailedException($"{place}: there are no Tokens in this configuration. A signer signs nothing but "
                + "handshakes: what opens a token itself needs a configuration that has it, and a user who may", ExitCode.Usage);
        }

        if (!Pkcs11Uri.TryParse(key, out var uri, out var error))
            throw new CommandFailedException($"{place}: {error}", ExitCode.Usage);
        var fitting = tokens
            .Select(each => each.Options)
            .Where(each => each.MayBeNamedBy(uri)).ToList();
        return fitting is [var only]
            ? (uri, only)
            : throw new CommandFailedException(
                $"{place}: it fits {(fitting.Count == 0 ? "none" : "several")} of the Tokens; "
                + "write the token's label into it, as in pkcs11:token=fsp;object=web",
                ExitCode.Usage);
    }
}
