using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Listeners;

/// <summary>
/// Lets a bounded number of handshakes run and a bounded number wait for their turn, in order of arrival; whoever
/// comes beyond that is turned away at once, which costs almost nothing. A handshake that waits for the token leaves its
/// place to others meanwhile: the token's own queue bounds those.
/// </summary>
internal sealed class HandshakeAdmission(int maxConcurrent, int maxQueued) : IHandshakeTurns
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource<bool>> _waiting = new();
    private int _maxConcurrent = maxConcurrent;
    private int _maxQueued = maxQueued;
    private int _running;
    private int _suspended;

    /// <summary>How many run or wait, for their turn or for the token.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _running + _suspended + _waiting.Count;
        }
    }

    /// <summary>How many run, and do not wait for the token.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>How many wait for their turn.</summary>
    public int Queued
    {
        get
        {
            lock (_lock) return _waiting.Count;
        }
    }

    /// <summary>Changes the limits. Lower ones end nothing; higher ones let those who wait begin.</summary>
    public void Configure(int maxConcurrent, int maxQueued)
    {
        lock (_lock)
        {
            (_maxConcurrent, _maxQueued) = (maxConcurrent, maxQueued);
            AdmitNext();
        }
    }

    /// <summary>Waits for a turn; false when too many wait already.</summary>
    /// <exception cref="OperationCanceledException">The listeners end.</exception>
    public ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool> turn;
        lock (_lock)
        {
            if (_running < _maxConcurrent)
            {
                _running++;
                return new ValueTask<bool>(true);
            }

            if (_waiting.Count >= _maxQueued) return new ValueTask<bool>(false);
            turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.AddLast(turn);
        }

        return WaitAsync(turn, cancellationToken);
    }

    /// <summary>Ends a turn.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _running--;
            AdmitNext();
        }
    }

    /// <inheritdoc/>
    public void StepAside()
    {
        lock (_lock)
        {
            _running--;
            _suspended++;
            AdmitNext();
        }
    }

    /// <inheritdoc/>
    public void ComeBack()
    {
        lock (_lock)
        {
            _suspended--;
            _running++;
        }
    }

    private async ValueTask<bool> WaitAsync(TaskCompletionSource<bool> turn, CancellationToken cancellationToken)
    {
        await using var cancelled = cancellationToken.UnsafeRegister((_, token) => GiveUp(turn, token), null);
        return await turn.Task;
    }

    private void GiveUp(TaskCompletionSource<bool> turn, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_waiting.Remove(turn)) turn.SetCanceled(cancellationToken);
        }
    }

    private void AdmitNext()
    {
        while (_running < _maxConcurrent && _waiting.First is { } next)
        {
            _waiting.RemoveFirst();
            _running++;
            next.Value.SetResult(true);
        }
    }
}
