using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Pins;
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

    /// <summary>Somebody has to find the PIN and type it.</summary>
    private static readonly TimeSpan TypingTimeout = TimeSpan.FromMinutes(5);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SignerAddress? _own = SignerProcess.Inherited;
    private SignerChoice? _choice;
    private bool _isWatched;

    /// <summary>
    /// Completes when the signer that belongs to this process has ended, which it is never told to: no other can be started
    /// from a process that may execute nothing.
    /// </summary>
    public Task Ended => _ended.Task;

    /// <summary>Whether it has.</summary>
    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>Opens the configuration's tokens. What is wrong goes to the configuration's context. Blocks.</summary>
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
            _ => Reach(_own ??= SignerProcess.Start(file), isOwn: true, options, isReload && !loaded.Context.HasErrors, loaded.Context),
        };
    }

    private TokenSigners Reach(
        SignerAddress address, bool isOwn, ProxyOptions options, bool isReload, ConfigurationContext context)
    {
        try
        {
            var isTyped = options.Tokens.Any(token => token.Options.Pin is PinPrompt);
            var kept = address.Ask(StartPatience, isTyped ? TypingTimeout : AnswerTimeout, new KeeperQuestion(isReload),
                SignersJson.Default.KeeperQuestion, SignersJson.Default.KeeperAnswer);
            if (isOwn) Watch(address);
            foreach (var problem in kept.Problems)
                context.Report("Signer", $"its signer found another configuration: {problem}", "Reload once more.");
            IReadOnlyList<KeptToken> tokens = isOwn
                ? [.. kept.Tokens.Where(token => options.Tokens.Any(entry => entry.Name == token.Name))]
                : kept.Tokens;
            return TokenSigners.Reach(tokens, address, isOwn, metrics, context);
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

    /// <summary>From now on, once: a connection that ends when the signer does.</summary>
    private void Watch(SignerAddress address)
    {
        if (_isWatched) return;
        _isWatched = true;
        _ = Task.Run(async () =>
        {
            await address.WaitForEndAsync();
            _ended.TrySetResult();
        });
    }
}
