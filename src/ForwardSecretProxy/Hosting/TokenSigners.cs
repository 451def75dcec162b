using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signers;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Hosting;

/// <summary>Opens keys on the configured tokens, which are here or behind a signer.</summary>
internal sealed class TokenSigners : ISignerSource
{
    private readonly IReadOnlyList<OpenToken> _tokens;
    private readonly bool _isComplete;

    /// <summary>Has these tokens.</summary>
    /// <param name="tokens">The tokens, which it disposes.</param>
    /// <param name="isComplete">False when there are others, which could not be opened; that has been reported.</param>
    public TokenSigners(IReadOnlyList<OpenToken> tokens, bool isComplete)
    {
        _tokens = tokens;
        _isComplete = isComplete;
    }

    /// <summary>
    /// Opens every token in this process, and reads its PIN once to see that there is one. What is wrong goes to
    /// <paramref name="context"/>; what the tokens do is measured with <paramref name="metrics"/>.
    /// </summary>
    public static TokenSigners Open(
        IReadOnlyList<TokenEntry> entries, SigningMetrics metrics, ConfigurationContext context) =>
        Gather(entries, context,
            entry => ($"Tokens:{entry.Name}", entry.PinKey),
            entry => (Token.Open(entry.Options, metrics), !HasPin(entry, context)));

    /// <summary>Reaches every token through its signer's socket.</summary>
    /// <param name="tokens">What the signer has.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="isOwn">Whether this process started it, so that its entries are those of the configuration.</param>
    /// <param name="metrics">What the tokens are measured with.</param>
    /// <param name="context">Takes what is wrong.</param>
    public static TokenSigners Reach(
        IReadOnlyList<KeptToken> tokens, SignerAddress address, bool isOwn, SigningMetrics metrics, ConfigurationContext context) =>
        Gather(tokens, context,
            kept => (isOwn ? $"Tokens:{kept.Name}" : "Signer", isOwn ? kept.PinKey : null),
            kept => kept.Problem is { } problem
                ? throw ProblemOf(kept, isOwn ? problem : $"The signer's token {kept.Name}: {problem}")
                : (RemoteToken.Open(address.Of(kept.Number), isOwn ? PeerCredentials.Own.User : null,
                    TimeSpan.FromMilliseconds(kept.QueueTimeoutMs), metrics), false));

    /// <inheritdoc/>
    public async Task<OpenedKey?> OpenAsync(
        CertificateOptions certificate,
        ReadOnlyMemory<byte>? subjectPublicKeyInfo,
        ConfigurationContext context,
        CancellationToken cancellationToken)
    {
        var path = certificate.KeyPath;
        if (!Pkcs11Uri.TryParse(certificate.Key, out var uri, out var reason))
        {
            context.Report(path, reason.TrimEnd('.'), "Write, for example, \"pkcs11:token=fsp;object=web\".");
            return null;
        }
        if (FindToken(uri, path, context) is not { HasFailed: false } token)
            return null;

        try
        {
            var signer = await token.Token.OpenSignerAsync(uri, subjectPublicKeyInfo, cancellationToken);
            var info = token.Token.Info;
            return new OpenedKey(
                signer,
                info.Label,
                [.. signer.Report.UnavailableSchemes.Select(lacking => lacking.Scheme)],
                info.Model,
                signer.Report)
            {
                Token = token.Token,
            };
        }
        catch (KeyRefusedException exception)
        {
            context.Report(Refusal(path, exception.Report));
        }
        catch (TokenException exception) when (exception.ReturnCode == 0)
        {
            // Found out without an error of the token's: the key is not there, or there are several.
            context.Report(path, exception.Message.TrimEnd('.'), "fsp key list shows the keys on the token.");
        }
        catch (Exception exception) when (exception is TokenException or SigningException)
        {
            token.HasFailed = true;
            context.Report(Failure(token.Path, token.PinKey, exception));
        }
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var token in _tokens)
            token.Token.Dispose();
    }

    private static TokenSigners Gather<T>(
        IReadOnlyList<T> sources,
        ConfigurationContext context,
        Func<T, (string Path, string? PinKey)> name,
        Func<T, (IToken Token, bool HasFailed)> open)
    {
        var tokens = new List<OpenToken>();
        var isComplete = true;
        foreach (var source in sources)
        {
            var (path, pinKey) = name(source);
            try
            {
                var (token, hasFailed) = open(source);
                tokens.Add(new OpenToken(path, pinKey, token) { HasFailed = hasFailed });
            }
            catch (TokenException exception)
            {
                isComplete = false;
                context.Report(Failure(path, pinKey, exception));
            }
        }

        return new TokenSigners(tokens, isComplete);
    }

    // A prompt would ask, and can ask only once.
    private static bool HasPin(TokenEntry entry, ConfigurationContext context)
    {
        if (entry.Options.Pin is null or PinPrompt)
            return true;
        try
        {
            entry.Options.Pin.Read().Dispose();
            return true;
        }
        catch (TokenException exception)
        {
            context.Report($"Tokens:{entry.Name}:{entry.PinKey}", exception.Message.TrimEnd('.'),
                "The PIN is the one that fsp token init was given.");
            return false;
        }
    }

    private OpenToken? FindToken(Pkcs11Uri uri, string path, ConfigurationContext context)
    {
        var named = _tokens.Where(token => token.Token.Info.IsNamedBy(uri)).ToList();
        if (named.Count == 1)
            return named[0];

        if (named.Count > 1)
        {
            context.Report(path, "it could be on any of the tokens "
                + string.Join(", ", named.Select(token => token.Path.Split(':')[^1])), "Add token=LABEL to it.");
        }
        // One that could not be opened may be the one that is meant; that has been reported.
        else if (_isComplete)
        {
            context.Report(path, "it names a token that is not in the Tokens section",
                _tokens.Count == 0
                    ? "Add the token."
                    : $"Those there have the labels {string.Join(", ", _tokens.Select(t => t.Token.Info.Label))}.");
        }
        return null;
    }

    private static ConfigurationProblem Refusal(string path, KeyGateReport report) =>
        new(path, "the key gate refuses the key, because it cannot be shown that nobody has a copy of it",
            "Make a new key with fsp key generate, which keeps all of this, and request a certificate for it.")
        {
            Details = report.ToString().Split(Environment.NewLine),
        };

    private static TokenException ProblemOf(KeptToken kept, string problem) =>
        kept.IsPinRefused ? TokenException.PinRefused(problem) : new TokenException(problem);

    private static ConfigurationProblem Failure(string path, string? pinKey, Exception exception) =>
        exception is TokenException { IsPinRefused: true }
            ? new(pinKey is null ? path : $"{path}:{pinKey}", exception.Message.TrimEnd('.'),
                "The PIN is the one that fsp token init was given.")
            : new(path, exception.Message.TrimEnd('.'), "fsp token list shows what the module sees.")
            {
                MayPass = true,
            };
}

/// <summary>A token in use.</summary>
/// <param name="Path">Where the configuration has it.</param>
/// <param name="PinKey">The key that says where its PIN comes from.</param>
/// <param name="Token">The token.</param>
internal sealed record OpenToken(string Path, string? PinKey, IToken Token)
{
    /// <summary>Set when it failed: what else is asked of it would only fail again.</summary>
    public bool HasFailed { get; set; }
}
