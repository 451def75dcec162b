namespace ForwardSecretProxy.Signing.Sessions;

/// <content>
/// Whether the token can be used, and finding out when it is back. While it cannot, whoever asks is told at once, and one
/// session after another is tried for: nobody else has to.
/// </content>
internal sealed partial class SessionPool
{
    /// <summary>How often a token that failed is tried: soon enough to be back in a moment, too seldom to be a burden.</summary>
    internal static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    private const int None = -1;

    private readonly Lock _announcing = new();
    private TokenException? _failure;
    private int _givenUp = None;
    private bool _probing;
    private TaskCompletionSource? _probed;
    private ITimer? _probeTimer;
    private bool _announcedFailure;

    /// <inheritdoc/>
    public bool IsAvailable => Volatile.Read(ref _failure) is null;

    /// <summary>Which of the pool's lives this is. Sessions and what was found in them belong to one.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>
    /// Called by whoever found that the token cannot be used now: it hangs, signs wrongly, or the way to it is cut. All
    /// sessions are given up, those too that are leased and may never come back, who waits is told, and a new one is
    /// tried for once a second until there is one.
    /// </summary>
    /// <param name="generation">
    /// The <see cref="Generation"/> in which it was found; nothing happens in a later one, because a token that came back
    /// does not fail once more for a call that began before.
    /// </param>
    /// <param name="reason">Why, with the mend. After a refused PIN no session is tried for by itself: tokens lock.</param>
    public void Fail(int generation, TokenException reason)
    {
        lock (_gate)
        {
            if (_disposed || generation != _generation)
                return;

            BecomeUnavailable(reason);
        }
    }

    /// <summary>
    /// Tries for a session now when the token is unavailable, and returns when that has ended, well or not, or the time
    /// limit has passed: for whoever opens a key because something was changed, such as a PIN that was refused.
    /// </summary>
    public async Task TryAgainAsync(CancellationToken cancellationToken)
    {
        Task probed;
        lock (_gate)
        {
            if (_disposed || _failure is null)
                return;

            _probed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            probed = _probed.Task;
            BeginProbe();
        }

        await probed.WaitAsync(_queueTimeout, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Every method below is called with _gate held, but for those that say otherwise.

    // Whoever holds a session of it, or opens one, is not waited for, and not counted any more.
    private bool IsGivenUp(int generation) => generation <= _givenUp;

    private void BecomeUnavailable(TokenException reason)
    {
        Volatile.Write(ref _failure, reason);
        _givenUp = _generation;
        BeginGeneration();
        _open = _opening = _closing = 0;
        FailWaiters(() => Unavailable(reason));
        ScheduleProbe(reason);
        Announce();
    }

    private void ScheduleProbe(TokenException reason)
    {
        StopProbing();
        if (!reason.IsPinRefused)
        {
            _probeTimer = _time.CreateTimer(
                static pool => ((SessionPool)pool!).ProbeInTime(), this, ProbeInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void StopProbing()
    {
        _probeTimer?.Dispose();
        _probeTimer = null;
    }

    // Called by the timer, without the lock.
    private void ProbeInTime()
    {
        lock (_gate)
        {
            if (!_disposed && _failure is not null)
                BeginProbe();
        }
    }

    private void BeginProbe()
    {
        // One that hangs is not followed by another.
        if (_probing)
            return;

        _probing = true;
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Pool.Probe(state.Generation), (Pool: this, Generation: _generation), preferLocal: false);
    }

    private void EndProbe()
    {
        _probing = false;
        _probed?.TrySetResult();
        _probed = null;
    }

    // Without the lock.
    private void Probe(int generation)
    {
        try
        {
            var session = new PooledSession(this, _source.Open(), generation);
            lock (_gate)
                ProbeSucceeded(session);
        }
        catch (Exception exception)
        {
            lock (_gate)
                ProbeFailed(exception as TokenException ?? new TokenException(exception.Message, exception));
        }
    }

    private void ProbeSucceeded(PooledSession session)
    {
        EndProbe();
        if (IsGivenUp(session.Generation))
        {
            // It failed once more in the meantime, and has to be tried anew.
            if (_failure is { } failure)
                ScheduleProbe(failure);
        }
        else
        {
            Volatile.Write(ref _failure, null);
            StopProbing();
            _open++;
            Announce();
        }

        Keep(session, _time.GetTimestamp());
    }

    private void ProbeFailed(TokenException reason)
    {
        EndProbe();
        if (_disposed || _failure is null)
            return;

        Volatile.Write(ref _failure, reason);
        ScheduleProbe(reason);
    }

    // Not under the lock: who listens may write a log.
    private void Announce()
    {
        if (_metrics is not null)
            ThreadPool.UnsafeQueueUserWorkItem(static pool => pool.AnnounceChange(), this, preferLocal: false);
    }

    // Without the lock.
    private void AnnounceChange()
    {
        lock (_announcing)
        {
            var failure = Volatile.Read(ref _failure);
            if (failure is not null == _announcedFailure)
                return;

            _announcedFailure = failure is not null;
            _metrics?.Announce(new TokenAvailability(_name, failure?.Message));
        }
    }
}
