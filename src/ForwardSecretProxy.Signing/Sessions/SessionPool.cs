using System.Diagnostics;

namespace ForwardSecretProxy.Signing.Sessions;

/// <summary>
/// The sessions of one token: opened when they are first needed, never more than a limit, handed to those who wait in
/// fair turns. Waiting and opening block no caller's thread.
/// </summary>
internal sealed partial class SessionPool : ISigningPool, IDisposable
{
    private readonly ISessionSource _source;
    private readonly string _name;
    private readonly SigningMetrics? _metrics;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Stack<PooledSession> _idle = new();
    private readonly SessionQueue _queue = new();
    private TimeSpan _queueTimeout;
    private int _configuredLimit;
    private int _limit;
    private int _open;
    private int _inUse;
    private int _generation;
    private bool _disposed;

    /// <summary>Creates a pool that has not opened any session yet.</summary>
    /// <param name="source">Where sessions come from.</param>
    /// <param name="name">The token's label, for messages and metrics.</param>
    /// <param name="limit">The most sessions, at least 1.</param>
    /// <param name="queueTimeout">How long a waiter waits.</param>
    /// <param name="metrics">Where durations and counts go.</param>
    /// <param name="time">The clock.</param>
    public SessionPool(
        ISessionSource source,
        string name,
        int limit,
        TimeSpan queueTimeout,
        SigningMetrics? metrics,
        TimeProvider time)
    {
        _source = source;
        _name = name;
        _metrics = metrics;
        _time = time;
        _holdTime = new HoldTime(time);
        Tag = new KeyValuePair<string, object?>(SigningMetrics.TokenLabel, name);
        Configure(limit, queueTimeout);
        metrics?.Add(this);
    }

    /// <summary>The token's label, as metrics carry it.</summary>
    public KeyValuePair<string, object?> Tag { get; }

    /// <summary>What the token did wrong so far.</summary>
    public FaultCounts Faults { get; } = new();

    /// <summary>The sessions that are open, leased or not.</summary>
    public int OpenCount => Volatile.Read(ref _open);

    /// <summary>The sessions that are leased.</summary>
    public int InUseCount => Volatile.Read(ref _inUse);

    /// <summary>
    /// The most sessions there may be now: the configured number, or what the token turned out to have.
    /// </summary>
    public int Limit => Volatile.Read(ref _limit);

    /// <summary>How many wait for a session.</summary>
    public int QueueLength => _queue.Count;

    /// <summary>
    /// Sets the most sessions and the time limit anew; sessions above it are closed as they come back.
    /// </summary>
    public void Configure(int limit, TimeSpan queueTimeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        lock (_gate)
        {
            _configuredLimit = limit;
            _limit = limit;
            _queueTimeout = queueTimeout;
            while (_open > _limit && _idle.TryPop(out var session))
                Discard(session);
            OpenForWaiters();
        }
    }

    /// <inheritdoc/>
    public ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = _time.GetTimestamp();
        SessionWaiter waiter;
        lock (_gate)
        {
            if (_disposed)
                throw Closed();
            if (_failure is { } failure)
                throw Unavailable(failure);
            if (TakeIdle(now) is { } session)
                return new ValueTask<ISigningLease>(session);

            waiter = Enqueue(claim);
            OpenForWaiters();
        }

        waiter.Arm(Expire, Cancel, cancellationToken);
        return new ValueTask<ISigningLease>(waiter.Task);
    }

    /// <inheritdoc/>
    public ISigningLease? TryAcquire()
    {
        var now = _time.GetTimestamp();
        lock (_gate)
            return _disposed || _failure is not null ? null : TakeIdle(now);
    }

    /// <summary>The session that <paramref name="lease"/> is.</summary>
    /// <exception cref="ArgumentException">It is not of this pool, or has been given back.</exception>
    public PooledSession OwnOf(ISigningLease lease) =>
        lease is PooledSession session && session.Pool == this && session.Leased
            ? session
            : throw new ArgumentException("Not a live lease from this signer's pool.", nameof(lease));

    /// <summary>A signature was made, or not, that was begun at the timestamp.</summary>
    public void Signed(long started)
    {
        if (_metrics is { MeasuresSigning: true } metrics)
            metrics.Signed(Stopwatch.GetElapsedTime(started), Tag);
    }

    /// <summary>
    /// Takes a session back: for the first who waits, to keep, or to close when it is of no further use.
    /// </summary>
    public void Return(PooledSession session)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            _inUse--;
            _holdTime.Add(session.LeasedAt, now);
            Keep(session, now);
        }
    }

    /// <summary>
    /// Opens a session in the place of a leased one that has ended, and starts a new generation: what was known of
    /// objects on the token has to be found again. Blocks for as long as the token takes.
    /// </summary>
    /// <exception cref="TokenException">None can be opened; the lease then holds a broken session.</exception>
    public void Renew(PooledSession session)
    {
        session.Broken = true;
        int generation;
        lock (_gate)
        {
            if (session.Generation == _generation)
                BeginGeneration();
            if (_failure is { } failure)
                throw new TokenException(failure.Message, failure.ReturnCode);
            generation = _generation;
        }

        _source.Close(session.Handle);
        var handle = _source.Open();
        lock (_gate)
        {
            if (IsGivenUp(session.Generation) && !IsGivenUp(generation))
                _open++;
            session.Replace(handle, generation);
        }

        session.Broken = false;
    }

    /// <summary>
    /// Called when a session of <paramref name="generation"/> has shown that the token went away: the idle ones of its
    /// generation are closed, the leased ones when they come back.
    /// </summary>
    public void Invalidate(int generation)
    {
        lock (_gate)
        {
            if (generation == _generation)
                BeginGeneration();
        }
    }

    /// <summary>Closes the idle sessions now and the leased ones when they come back; who waits is told.</summary>
    public void Dispose()
    {
        PooledSession[] idle;
        lock (_gate)
        {
            if (_disposed)
                return;

            _disposed = true;
            StopProbing();
            idle = [.. _idle];
            _idle.Clear();
            _open -= idle.Length;
            FailWaiters(Closed);
        }

        _metrics?.Remove(this);

        // Without the lock: a module may hang in it.
        foreach (var session in idle)
            Close(_source, session.Handle);
    }

    // Every method below is called with _gate held, but for those that say otherwise.

    private PooledSession? TakeIdle(long now)
    {
        if (!_idle.TryPop(out var session))
            return null;

        Hand(session, now);
        _metrics?.Queued(TimeSpan.Zero, Tag);
        return session;
    }

    private SessionWaiter Enqueue(SigningClaim claim)
    {
        var limit = claim.Limit is { } own && own < _queueTimeout ? own : _queueTimeout;
        ThrowIfTooLate(claim, limit);
        MakeRoomFor(claim.Client);
        var waiter = new SessionWaiter(claim.Client, limit > TimeSpan.Zero ? limit : TimeSpan.Zero, _time);
        _queue.Enqueue(waiter);
        return waiter;
    }

    private void Hand(PooledSession session, long now)
    {
        session.Lease(now);
        _inUse++;
    }

    private void Keep(PooledSession session, long now)
    {
        if (_disposed || session.Broken || session.Generation != _generation || _open > _limit)
        {
            Discard(session);
            OpenForWaiters();
            return;
        }

        while (_queue.Dequeue() is { } waiter)
        {
            // Leased before it is handed over: its new holder may be done with it before we go on.
            Hand(session, now);
            if (waiter.TrySetResult(session))
            {
                waiter.Disarm();
                _metrics?.Queued(waiter.Waited, Tag);
                return;
            }

            _inUse--;
        }

        _idle.Push(session);
    }

    private void FailWaiters(Func<SigningException> failure)
    {
        while (_queue.Dequeue() is { } waiter)
        {
            if (waiter.TrySetException(failure()))
                waiter.Disarm();
        }
    }

    // Called by the timer, without the lock.
    private void Expire(SessionWaiter waiter)
    {
        if (waiter.Task.IsCompleted || !waiter.TrySetException(TimedOut(waiter.Limit)))
            return;
        _metrics?.Queued(waiter.Waited, Tag);
        Leave(waiter);
    }

    // Called by the caller's cancellation, without the lock.
    private void Cancel(SessionWaiter waiter, CancellationToken cancellationToken)
    {
        if (waiter.TrySetCanceled(cancellationToken))
            Leave(waiter);
    }

    private void Leave(SessionWaiter waiter)
    {
        waiter.Disarm();
        lock (_gate)
            _queue.Remove(waiter);
    }
}
