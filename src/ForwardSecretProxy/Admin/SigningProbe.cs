using System.Runtime.CompilerServices;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Admin;

/// <summary>
/// Finds out whether a key's token signs now, by having it sign. However often it is asked, a token makes one such
/// signature in a few seconds, and one that hangs is not asked again before it has answered.
/// </summary>
internal sealed class SigningProbe(TimeProvider time)
{
    /// <summary>How long an answer holds: short for a supervisor, and nothing to a token that makes few signatures.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer is waited for: longer than a slow token takes for a few signatures in a row.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConditionalWeakTable<ISigner, Answer> _answers = [];

    /// <summary>Null when <paramref name="signer"/> signs; otherwise why not, in an operator's words.</summary>
    public async Task<string?> AskAsync(ISigner signer)
    {
        var answer = _answers.GetValue(signer, _ => new Answer());
        var (asked, since) = answer.Ask(signer, time);
        var left = Patience - time.GetElapsedTime(since);
        if (!asked.IsCompleted && left > TimeSpan.Zero)
            await ((Task)asked).WaitAsync(left, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return asked.IsCompletedSuccessfully
            ? asked.Result
            : $"it has not answered for {Math.Max(time.GetElapsedTime(since).TotalSeconds, Patience.TotalSeconds):0} s";
    }

    private static async Task<string?> SignAsync(ISigner signer)
    {
        try
        {
            using var limit = new CancellationTokenSource(Patience);
            using var lease = await signer.Pool.AcquireAsync(limit.Token);
            // On a thread of its own: a hanging token would keep one of the runtime's.
            await Task.Factory.StartNew(
                () => signer.Test(lease), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return null;
        }
        catch (OperationCanceledException)
        {
            return $"none of its sessions became free within {Patience.TotalSeconds} s";
        }
        catch (Exception exception)
        {
            // Whatever it is: no signature came.
            return exception.Message.TrimEnd('.');
        }
    }

    private sealed class Answer
    {
        private readonly Lock _gate = new();
        private Task<string?>? _task;
        private long _asked;

        /// <summary>The answer that is fresh or under way, or a new one, and when it was asked for.</summary>
        public (Task<string?> Task, long Asked) Ask(ISigner signer, TimeProvider time)
        {
            lock (_gate)
            {
                if (_task is null || (_task.IsCompleted && time.GetElapsedTime(_asked) > Freshness))
                {
                    _asked = time.GetTimestamp();
                    _task = SignAsync(signer);
                }
                return (_task, _asked);
            }
        }
    }
}
