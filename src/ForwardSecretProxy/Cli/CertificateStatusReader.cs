using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary>
/// Looks at every certificate of a configuration and its keys on their tokens. Keys are found and compared and nothing is
/// signed, so that it takes no time on a slow token; the key gate is <c>fsp check</c>'s.
/// </summary>
/// <param name="options">The configuration.</param>
/// <param name="file">Its file, for the commands that are named.</param>
/// <param name="now">The time.</param>
internal sealed class CertificateStatusReader(ProxyOptions options, string file, DateTimeOffset now)
{
    private readonly ConfiguredChains _chains = ConfiguredChains.Read(options.Certificates);
    private readonly Dictionary<TokenOptions, TokenContent> _tokens = [];

    /// <summary>Whether a token could not be asked.</summary>
    public bool LacksToken { get; private set; }

    /// <summary>Looks at all of them, and at their spares.</summary>
    public IReadOnlyList<CertificateStatus> Read() =>
    [
        .. from certificate in options.Certificates
           from alternative in certificate.Alternatives
           select Read(alternative, CommandsFor(alternative, isSpare: alternative != certificate)),
    ];

    private CertificateStatus Read(CertificateOptions certificate, CommandText commands)
    {
        var chain = CertificateChain.Load(certificate.Chain);
        var steps = new CertificateSteps(commands, now);
        var keys = certificate.SingleKeys.SelectMany(key => ReadKeys(key, chain, steps)).ToList();
        if (certificate.Acme is { } order)
            steps.AddRenewed(RenewalPlan.Load(certificate, chain), order);
        else
            steps.AddChain(chain);
        var notAfter = chain.Certificates.Count == 0 ? null : (DateTimeOffset?)chain.Certificates.Min(each => each.NotAfter);
        return new CertificateStatus(certificate.Name, certificate.Path, chain.DnsNames, certificate.Chain, notAfter,
            notAfter is { } end ? (int)Math.Floor((end - now).TotalDays) : null, keys, steps.All);
    }

    private CommandText CommandsFor(CertificateOptions certificate, bool isSpare)
    {
        if (!isSpare)
            return new CommandText(file, certificate.Name);
        try
        {
            var (_, token) = ConfiguredKey.FindToken(options.Tokens, certificate.Key, certificate.KeyPath);
            return new CommandText(token, certificate.Key, certificate.Chain);
        }
        catch (CommandFailedException)
        {
            // Which is a step by itself.
            return new CommandText(null, certificate.Key, certificate.Chain);
        }
    }

    private IReadOnlyList<CertificateKey> ReadKeys(CertificateOptions certificate, CertificateChain chain, CertificateSteps steps)
    {
        try
        {
            var (uri, found) = ConfiguredKey.FindToken(options.Tokens, certificate.Key, certificate.KeyPath);
            var token = Ask(found, uri);
            var current = ConfiguredChains.KeyOf(chain);
            var state = RotationFile.LoadSettled(certificate.Chain, current, now);
            var keys = KeyGenerations.Of(state, [.. token.Keys.Where(key => key.IsNamedBy(uri))], _chains);
            if (current is not null && keys.Current is null)
            {
                steps.AddProblem($"{certificate.KeyPath}: the certificate's key, {current} {current.Fingerprint}, is not among the keys "
                    + $"{uri} on the token \"{token.Label}\"");
            }

            steps.AddKeys(keys, state);
            return Describe(keys, token.Label);
        }
        catch (TokenException exception)
        {
            LacksToken = true;
            steps.AddProblem($"{certificate.KeyPath}: {exception.Message.TrimEnd('.')}");
        }
        catch (Exception exception) when (exception is CommandFailedException or RotationException or IOException
            or UnauthorizedAccessException)
        {
            steps.AddProblem(exception.Message.TrimEnd('.'));
        }

        return [];
    }

    // Each token is asked once, and a PIN that it refused is not tried a second time.
    private TokenContent Ask(TokenOptions token, Pkcs11Uri uri)
    {
        token = token with { Sessions = 1, Pin = token.Pin ?? uri.PinSource };
        if (!_tokens.TryGetValue(token, out var content))
            _tokens.Add(token, content = TokenContent.Read(token));
        return content.Failure is null ? content : throw new TokenException(content.Failure);
    }

    private static IReadOnlyList<CertificateKey> Describe(KeyGenerations keys, string token)
    {
        TokenKeyInfo?[] inUse = [keys.Current], next = [keys.Next];
        return
        [
            .. inUse.OfType<TokenKeyInfo>().Select(key => Describe(KeyUse.Current, key)),
            .. next.OfType<TokenKeyInfo>().Select(key => Describe(KeyUse.Next, key)),
            .. keys.Old.Select(old => Describe(KeyUse.Old, old.Key)),
            .. keys.Unrecorded.Select(key => Describe(KeyUse.Unknown, key)),
        ];

        CertificateKey Describe(KeyUse use, TokenKeyInfo key) =>
            new(use, token, key.PublicKey?.ToString(), key.Id, key.Uri.ToString());
    }

    private sealed record TokenContent(string Label, IReadOnlyList<TokenKeyInfo> Keys, string? Failure)
    {
        public static TokenContent Read(TokenOptions options)
        {
            try
            {
                using var token = Token.Open(options);
                // A timer's, every day: a wrong PIN in the file must not be what locks the token.
                if (token.Info is { LoginRequired: true, PinState: PinState.CountLow } && options.Pin is not PinPrompt)
                {
                    throw TokenException.PinRefused($"the token \"{token.Info.Label}\" says that it was given a wrong PIN last, so it "
                        + $"is given none for this. Put the right one there; `fsp key list --label {CommandText.Quote(token.Info.Label)}` "
                        + "asks for it, which sets the token's count back");
                }

                return new TokenContent(token.Info.Label, new KeyStore(token).List(), null);
            }
            catch (TokenException exception)
            {
                return new TokenContent("", [], exception.Message);
            }
        }
    }
}
