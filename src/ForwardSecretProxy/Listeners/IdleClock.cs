namespace ForwardSecretProxy.Listeners;

/// <summary>
/// Tokens that are cancelled when a time limit has passed, or at once at <see cref="Stop"/>. All that ask within the
/// same eighth of the limit share one, so any number of idle connections cost a few timers.
/// </summary>
/// <param name="limit">The least time until a token is cancelled; an eighth more is the most.</param>
/// <param name="time">The clock.</param>
internal sealed class IdleClock(TimeSpan limit, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Queue<(CancellationTokenSource Source, long Started)> _sources = new();
    private TimeSpan _limit = limit;
    private (CancellationTokenSource Source, long Started) _newest;
    private bool _stopped;

    /// <summary>The token for a wait that begins now.</summary>
    public CancellationToken Token
    {
        get
        {
            lock (_lock)
            {
                if (_stopped) return new CancellationToken(canceled: true);
                if (_newest.Source is null || time.GetElapsedTime(_newest.Started) >= Step) Renew();
                return _newest.Source!.Token;
            }
        }
    }

    /// <summary>Changes the limit for waits that begin from now on.</summary>
    public void Configure(TimeSpan limit)
    {
        lock (_lock)
        {
            if (limit == _limit) return;
            _limit = limit;
            _newest = default;
        }
    }

    /// <summary>Cancels every token, and every later one from the start.</summary>
    public void Stop()
    {
        (CancellationTokenSource Source, long Started)[] left;
        lock (_lock)
        {
            _stopped = true;
            left = [.. _sources];
            _sources.Clear();
        }

        foreach (var (source, _) in left) source.Cancel();
    }

    private TimeSpan Step => _limit / 8;

    private void Renew()
    {
        while (_sources.TryPeek(out var oldest) && oldest.Source.IsCancellationRequested) _sources.Dequeue().Source.Dispose();
        _newest = (new CancellationTokenSource(_limit + Step, time), time.GetTimestamp());
        _sources.Enqueue(_newest);
    }
}
