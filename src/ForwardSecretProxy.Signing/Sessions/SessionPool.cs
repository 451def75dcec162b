using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Sessions;

/// <summary>
/// The sessions of one token: opened when they are first needed, never more than a limit, handed out in the order in
/// which they were asked for. Waiting and opening block no caller's thread.
/// </summary>
internal sealed partial class SessionPool : ISigningPool, IDisposable
{
    // Other programs' sessions may have caused a refusal; when they have gone we want ours back.
    private static readonly TimeSpan LoweredLimitLasts = TimeSpan.FromMinutes(1);

    private readonly ISessionSource _source;
    private readonly string _name;
    private readonly SigningMetrics? _metrics;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Stack<PooledSession> _idle = new();
    private readonly LinkedList<SessionWaiter> _waiters = new();
    private TimeSpan _queueTimeout;
    private int _configuredLimit;
    private int _limit;
    private long _limitLoweredAt;
    private int _open;
    private int _opening;
    private int _closing;
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
        Tag = new KeyValuePair<string, object?>(SigningMetrics.TokenLabel, name);
        Configure(limit, queueTimeout);
        metrics?.Add(this);
    }

    /// <summary>The token's label, as metrics carry it.</summary>
    public KeyValuePair<string, object?> Tag { get; }

    /// <summary>Where signing times go; null when nobody measures.</summary>
    public SigningMetrics? Metrics => _metrics;

    /// <summary>The sessions that are open, leased or not.</summary>
    public int OpenCount => Volatile.Read(ref _open);

    /// <summary>The sessions that are leased.</summary>
    public int InUseCount => Volatile.Read(ref _inUse);

    /// <summary>
    /// The most sessions there may be now: the configured number, or what the token turned out to have.
    /// </summary>
    public int Limit => Volatile.Read(ref _limit);

    /// <summary>How many wait for a session.</summary>
    public int QueueLength
    {
        get
        {
            lock (_gate)
                return _waiters.Count;
        }
    }

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
            ForgetRefusedPin();
            while (_open > _limit && _idle.TryPop(out var session))
                Discard(session);
            OpenForWaiters();
        }
    }

    /// <inheritdoc/>
    public ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SessionWaiter waiter;
        lock (_gate)
        {
            if (_disposed)
                throw Closed();
            if (_failure is { } failure)
                throw Unavailable(failure);
            if (_idle.TryPop(out var session))
            {
                Hand(session);
                _metrics?.Queued(TimeSpan.Zero, Tag);
                return new ValueTask<ISigningLease>(session);
            }

            waiter = new SessionWaiter(_time);
            _waiters.AddLast(waiter.Node);
            OpenForWaiters();
        }

        waiter.Arm(_queueTimeout, Expire, Cancel, cancellationToken);
        return new ValueTask<ISigningLease>(waiter.Task);
    }

    /// <summary>
    /// Takes a session back: for the first who waits, to keep, or to close when it is of no further use.
    /// </summary>
    public void Return(PooledSession session)
    {
        lock (_gate)
        {
            _inUse--;
            Keep(session);
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
        lock (_gate)
        {
            if (_disposed)
                return;

            _disposed = true;
            StopProbing();
            while (_idle.TryPop(out var session))
            {
                _open--;
                Close(_source, session.Handle);
            }

            FailWaiters(Closed);
        }

        _metrics?.Remove(this);
    }

    private SigningException Closed() => new($"The token \"{_name}\" is not in use any more.");

    // Every method below is called with _gate held, but for those that say otherwise.

    private void Hand(PooledSession session)
    {
        session.Lease();
        _inUse++;
    }

    private void Keep(PooledSession session)
    {
        if (_disposed || session.Broken || session.Generation != _generation || _open > _limit)
        {
            Discard(session);
            OpenForWaiters();
            return;
        }

        while (_waiters.First is { } first)
        {
            _waiters.Remove(first);
            var waiter = first.Value;

            // Leased before it is handed over: its new holder may be done with it before we go on.
            Hand(session);
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

    private void BeginGeneration()
    {
        _generation++;
        _limit = _configuredLimit;
        var idle = _idle.ToArray();
        _idle.Clear();
        Discard(idle);
    }

    // One after another: a module that hangs in C_CloseSession, as it can in any other call, keeps one thread. And not on
    // the caller's, which is in the middle of a handshake.
    private void Discard(params PooledSession[] sessions)
    {
        foreach (var session in sessions)
        {
            if (IsGivenUp(session.Generation))
                continue;
            _open--;
            _closing++;
        }

        if (sessions.Length > 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static state => state.Pool.CloseAll(state.Sessions), (Pool: this, Sessions: sessions), preferLocal: false);
        }
    }

    // Without the lock.
    private void CloseAll(PooledSession[] sessions)
    {
        foreach (var session in sessions)
        {
            Close(_source, session.Handle);
            lock (_gate)
            {
                if (IsGivenUp(session.Generation))
                    continue;
                _closing--;
                OpenForWaiters();
            }
        }
    }

    private static void Close(ISessionSource source, ulong session)
    {
        try
        {
            source.Close(session);
        }
        catch (Exception exception) when (exception is TokenException or OverflowException)
        {
            // The session is given up either way, and nobody waits who could be told.
        }
    }

    private void OpenForWaiters()
    {
        if (_limit < _configuredLimit && _time.GetElapsedTime(_limitLoweredAt) > LoweredLimitLasts)
            _limit = _configuredLimit;

        // A token with few sessions has none to give while an old one is being closed.
        while (!_disposed && _opening < _waiters.Count && _open + _opening + _closing < _limit)
        {
            _opening++;
            ThreadPool.UnsafeQueueUserWorkItem(
                static state => state.Pool.OpenOne(state.Generation), (Pool: this, Generation: _generation), preferLocal: false);
        }
    }

    // Runs on a thread of the pool's own choosing, without the lock: a token may take seconds for a session.
    private void OpenOne(int generation)
    {
        try
        {
            var session = new PooledSession(this, _source.Open(), generation);
            lock (_gate)
            {
                if (!IsGivenUp(generation))
                {
                    _opening--;
                    _open++;
                }

                Keep(session);
                Announce();
            }
        }
        catch (Exception exception)
        {
            // Whatever it is: left alone on a thread of the runtime's pool it would end the process.
            lock (_gate)
            {
                if (!IsGivenUp(generation))
                    OpenFailed(exception as TokenException ?? new TokenException(exception.Message, exception));
            }
        }
    }

    private void OpenFailed(TokenException exception)
    {
        _opening--;
        var left = _open + _opening;
        if (exception.ReturnCode == (uint)CKR.CKR_SESSION_COUNT)
        {
            // What is being closed may have been in the way; when it is closed there is another try.
            if (_closing > 0)
                return;
            if (left > 0)
            {
                _limit = left;
                _limitLoweredAt = _time.GetTimestamp();
            }
        }

        // While there are others, one of them comes back to whoever waits; otherwise nobody will.
        if (left == 0)
            BecomeUnavailable(exception);
    }

    private void FailWaiters(Func<SigningException> failure)
    {
        while (_waiters.First is { } first)
        {
            _waiters.Remove(first);
            if (first.Value.TrySetException(failure()))
                first.Value.Disarm();
        }
    }

    // Called by the timer, without the lock.
    private void Expire(SessionWaiter waiter)
    {
        if (!waiter.TrySetException(new SigningException($"No session of the token \"{_name}\" became free within "
            + $"{_queueTimeout.TotalSeconds} s ({InUseCount} of {Limit} in use). Raise Sessions if the token has more, "
            + "or use a faster token.")))
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
        {
            if (waiter.Node.List is not null)
                _waiters.Remove(waiter.Node);
        }
    }
}
