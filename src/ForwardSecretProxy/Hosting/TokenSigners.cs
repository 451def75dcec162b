using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Hosting;

/// <summary>Opens keys on the configured tokens.</summary>
internal sealed class TokenSigners : ISignerSource
{
    private readonly List<OpenToken> _tokens = [];
    private readonly SigningMetrics _metrics;
    private bool _isComplete = true;

    private TokenSigners(SigningMetrics metrics) => _metrics = metrics;

    /// <summary>
    /// Opens every token, and reads its PIN once to see that there is one. What is wrong goes to
    /// <paramref name="context"/>; what the tokens do is measured with <paramref name="metrics"/>.
    /// </summary>
    public static TokenSigners Open(
        IReadOnlyList<TokenEntry> entries, SigningMetrics metrics, ConfigurationContext context)
    {
        var signers = new TokenSigners(metrics);
        foreach (var entry in entries)
            signers.Add(entry, context);
        return signers;
    }

    /// <inheritdoc/>
    public async Task<OpenedKey?> OpenAsync(
        CertificateOptions certificate,
        ReadOnlyMemory<byte>? subjectPublicKeyInfo,
        ConfigurationContext context,
        CancellationToken cancellationToken)
    {
        var path = $"Certificates:{certificate.Name}:Key";
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
                [.. signer.UnavailableSchemes.Select(lacking => lacking.Scheme)],
                info.Model,
                signer.Report);
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
            context.Report(Failure(token.Entry, exception));
        }
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var token in _tokens)
            token.Token.Dispose();
    }

    private void Add(TokenEntry entry, ConfigurationContext context)
    {
        try
        {
            _tokens.Add(new OpenToken(entry, Token.Open(entry.Options, _metrics)) { HasFailed = !HasPin(entry, context) });
        }
        catch (TokenException exception)
        {
            _isComplete = false;
            context.Report(Failure(entry, exception));
        }
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
            context.Report(PinPath(entry), exception.Message.TrimEnd('.'),
                "The PIN is the one that fsp token init was given.");
            return false;
        }
    }

    private OpenToken? FindToken(Pkcs11Uri uri, string path, ConfigurationContext context)
    {
        var named = _tokens.Where(token => token.Token.IsNamedBy(uri)).ToList();
        if (named.Count == 1)
            return named[0];

        if (named.Count > 1)
        {
            context.Report(path, "it could be on any of the tokens "
                + string.Join(", ", named.Select(token => token.Entry.Name)), "Add token=LABEL to it.");
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

    private static ConfigurationProblem Failure(TokenEntry entry, Exception exception) =>
        exception is TokenException { IsPinRefused: true }
            ? new(PinPath(entry), exception.Message.TrimEnd('.'), "The PIN is the one that fsp token init was given.")
            : new($"Tokens:{entry.Name}", exception.Message.TrimEnd('.'), "fsp token list shows what the module sees.")
            {
                MayPass = true,
            };

    private static string PinPath(TokenEntry entry) => $"Tokens:{entry.Name}:{entry.PinKey}";

    private sealed record OpenToken(TokenEntry Entry, Token Token)
    {
        public bool HasFailed { get; set; }
    }
}
