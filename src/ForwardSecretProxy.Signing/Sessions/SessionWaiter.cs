namespace ForwardSecretProxy.Signing.Sessions;

/// <summary>
/// Somebody who waits for a session, until it is handed over, the time limit passes, or the caller gives up. What
/// comes after runs on another thread than the one that handed the session over.
/// </summary>
internal sealed class SessionWaiter : TaskCompletionSource<ISigningLease>
{
    private readonly long _since;
    private readonly TimeProvider _time;
    private ITimer? _timer;
    private CancellationTokenRegistration _cancellation;

    /// <summary>Creates a waiter whose time starts now.</summary>
    /// <param name="client">Whose turn it waits for.</param>
    /// <param name="limit">How long it waits.</param>
    /// <param name="time">The clock.</param>
    public SessionWaiter(ulong client, TimeSpan limit, TimeProvider time)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Client = client;
        Limit = limit;
        _time = time;
        _since = time.GetTimestamp();
        Node = new LinkedListNode<SessionWaiter>(this);
    }

    /// <summary>The number of its client.</summary>
    public ulong Client { get; }

    /// <summary>How long it waits at most.</summary>
    public TimeSpan Limit { get; }

    /// <summary>Its place among its client's.</summary>
    public LinkedListNode<SessionWaiter> Node { get; }

    /// <summary>How long it has waited.</summary>
    public TimeSpan Waited => _time.GetElapsedTime(_since);

    /// <summary>Starts the time limit and listens to the caller.</summary>
    /// <param name="expired">Called when the limit has passed.</param>
    /// <param name="cancelled">Called when the caller gave up.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public void Arm(
        Action<SessionWaiter> expired,
        Action<SessionWaiter, CancellationToken> cancelled,
        CancellationToken cancellationToken)
    {
        _timer = _time.CreateTimer(_ => expired(this), null, Limit, Timeout.InfiniteTimeSpan);
        _cancellation = cancellationToken.UnsafeRegister((_, token) => cancelled(this, token), null);

        // It may have been served in between; whoever did could not disarm what was not yet there.
        if (Task.IsCompleted)
            Disarm();
    }

    /// <summary>Stops the timer and the listening, without waiting for either.</summary>
    public void Disarm()
    {
        _timer?.Dispose();
        _cancellation.Unregister();
    }
}
