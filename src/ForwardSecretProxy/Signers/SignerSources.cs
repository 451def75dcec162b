using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Signers;

/// <summary>Opens the tokens of a configuration where its <c>Signer</c> says: here, or behind a signer's socket.</summary>
/// <param name="file">The configuration.</param>
/// <param name="metrics">What the tokens are measured with.</param>
internal sealed class SignerSources(FileInfo file, SigningMetrics metrics)
{
    // A keeper that was just started has a runtime to load.
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);

    private SignerAddress? _own = SignerProcess.Inherited;
    private SignerChoice? _choice;

    /// <summary>Opens every token. What is wrong goes to the configuration's context. Blocks.</summary>
    /// <param name="loaded">The configuration.</param>
    /// <param name="isReload">Whether it was read anew since it was opened last.</param>
    public TokenSigners Open(LoadedConfiguration loaded, bool isReload)
    {
        if (loaded.Options is not { } options) return new TokenSigners([], isComplete: false);
        _choice ??= options.Signer;
        if (options.Signer.Kind != _choice.Kind || options.Signer.Path != _choice.Path)
            loaded.Context.Report("Signer", "it cannot change while the proxy runs", "Restart the proxy.");
        // With these no signer starts, and none would be waited for: that has been reported.
        if (_choice.Kind != SignerKind.InProcess && loaded.Context.Problems.Any(SignerConfiguration.IsError))
            return new TokenSigners([], isComplete: false);
        return _choice.Kind switch
        {
            SignerKind.InProcess => TokenSigners.Open(options.Tokens, metrics, loaded.Context),
            SignerKind.Socket => Reach(new SignerAddress(_choice.Path!), isOwn: false, options, isReload: false, loaded.Context),
            _ => Reach(_own ??= SignerProcess.Start(file), isOwn: true, options, isReload, loaded.Context),
        };
    }

    private TokenSigners Reach(
        SignerAddress address, bool isOwn, ProxyOptions options, bool isReload, ConfigurationContext context)
    {
        try
        {
            var kept = address.Ask(StartPatience, AnswerTimeout, new KeeperQuestion(isReload),
                SignersJson.Default.KeeperQuestion, SignersJson.Default.KeeperAnswer);
            foreach (var problem in kept.Problems)
                context.Report("Signer", $"its signer found another configuration: {problem}", "Reload once more.");
            return TokenSigners.Reach(kept.Tokens, address, isOwn, metrics, context);
        }
        catch (TokenException exception)
        {
            context.Report(new ConfigurationProblem("Signer", exception.Message.TrimEnd('.'), isOwn
                ? "The lines before this one may say why the signer did not start."
                : "Start it: fsp signer --config FILE, with the same Signer in its configuration.")
            {
                MayPass = true,
            });
            return new TokenSigners([], isComplete: false);
        }
    }
}
