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
    /// <param name="reason">Why, with the mend. After a refused PIN no session is tried for: tokens lock.</param>
    public void Fail(int generation, TokenException reason)
    {
        lock (_gate)
        {
            if (_disposed || generation != _generation)
                return;

            BecomeUnavailable(reason);
        }
    }

    private SigningException Unavailable(TokenException failure) =>
        new($"The token \"{_name}\" cannot be used. {failure.Message}", failure);

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

    // Somebody who changed the configuration may have mended the PIN: who comes next finds out.
    private void ForgetRefusedPin()
    {
        if (_failure is { IsPinRefused: true })
            Volatile.Write(ref _failure, null);
    }

    private void ScheduleProbe(TokenException reason)
    {
        StopProbing();
        if (!reason.IsPinRefused)
        {
            _probeTimer = _time.CreateTimer(
                static pool => ((SessionPool)pool!).StartProbe(), this, ProbeInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void StopProbing()
    {
        _probeTimer?.Dispose();
        _probeTimer = null;
    }

    // Called by the timer, without the lock.
    private void StartProbe()
    {
        lock (_gate)
        {
            // One that hangs is not followed by another.
            if (_disposed || _failure is null || _probing)
                return;

            _probing = true;
            ThreadPool.UnsafeQueueUserWorkItem(
                static state => state.Pool.Probe(state.Generation), (Pool: this, Generation: _generation), preferLocal: false);
        }
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
        _probing = false;
        if (IsGivenUp(session.Generation))
        {
            // It failed once more in the meantime, and has to be tried anew.
            if (_failure is { } failure)
                ScheduleProbe(failure);
        }
        else
        {
            Volatile.Write(ref _failure, null);
            _open++;
            Announce();
        }

        Keep(session);
    }

    private void ProbeFailed(TokenException reason)
    {
        _probing = false;
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
