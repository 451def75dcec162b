using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Admin;

/// <summary>
/// Asks the signers of tokens what they have done with each key. However often somebody wants to know it, a signer has one
/// such question at a time.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class KeyUseReader
{
    /// <summary>How long an answer is waited for, which a signer that lives has at hand.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConditionalWeakTable<IToken, Question> _questions = [];

    /// <summary>One entry for each key; empty when there is no signer, or it does not answer.</summary>
    public async Task<IReadOnlyList<KeyUse>> ReadAsync(IToken token)
    {
        var answer = _questions.GetOrCreateValue(token).Ask(token);
        await ((Task)answer).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return answer.IsCompletedSuccessfully ? answer.Result : [];
    }

    private sealed class Question
    {
        private readonly Lock _gate = new();
        private Task<IReadOnlyList<KeyUse>>? _task;

        public Task<IReadOnlyList<KeyUse>> Ask(IToken token)
        {
            lock (_gate)
                return _task = _task is { IsCompleted: false } ? _task : Task.Run(token.ReadKeyUses);
        }
    }
}
