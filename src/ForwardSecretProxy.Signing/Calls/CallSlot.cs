namespace ForwardSecretProxy.Signing.Calls;

/// <summary>
/// The call into a module that a thread is in, if it is in one. Written by that thread, looked at by <see cref="CallWatch"/>;
/// beginning and ending a call costs a few nanoseconds and makes no object.
/// </summary>
internal sealed class CallSlot(Thread thread)
{
    private const long Idle = 0;

    [ThreadStatic]
    private static CallSlot? _ofThisThread;

    // The number of the call in progress, zero between calls; negative once it has taken too long.
    private long _current = Idle;
    private long _last;
    private TokenCalls? _owner;
    private string _name = "";
    private TimeSpan _limit;
    private int _generation;

    // The watch's own.
    private long _seen;
    private TimeSpan _seenFor;

    /// <summary>This thread's slot.</summary>
    public static CallSlot OfThisThread => _ofThisThread ??= CallWatch.Add(new CallSlot(Thread.CurrentThread));

    /// <summary>Whether its thread may make another call.</summary>
    public bool IsOfLiveThread => thread.IsAlive;

    /// <summary>
    /// Told when a call of this thread takes too long: who waits for the thread gives it up. Set between calls only.
    /// </summary>
    public Action<TokenException>? GivenUp { get; set; }

    /// <summary>A call begins.</summary>
    public void Begin(TokenCalls owner, string name, TimeSpan limit, int generation)
    {
        (_owner, _name, _limit, _generation) = (owner, name, limit, generation);
        Volatile.Write(ref _current, ++_last);
    }

    /// <summary>It has ended.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _current, Idle) < Idle)
            _owner!.Returned(_name, _limit);
    }

    /// <summary>
    /// Called by the watch, which has lived through <paramref name="passed"/> since it was here last: the time that a call
    /// takes is added up from that, so that a machine or process that stood still does not count.
    /// </summary>
    public void Look(TimeSpan passed)
    {
        var call = Volatile.Read(ref _current);
        if (call <= Idle)
            return;
        if (call != _seen)
        {
            (_seen, _seenFor) = (call, TimeSpan.Zero);
            return;
        }

        _seenFor += passed;
        var (owner, name, limit, generation) = (_owner!, _name, _limit, _generation);
        if (_seenFor < limit || Interlocked.CompareExchange(ref _current, -call, call) != call)
            return;

        var reason = owner.Expired(name, limit, generation);
        GivenUp?.Invoke(reason);
    }
}
