namespace ForwardSecretProxy.Signing.Redundancy;

/// <summary>
/// Which of a certificate's keys is used: the first that can sign, and one that stands in for it until the better one has
/// been well for some time. Thread-safe.
/// </summary>
public sealed class KeyChoice : IKeyChoice
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<RedundantPool> _keys;
    private readonly TimeProvider _time;
    private readonly long?[] _wellSince;
    private int _current;
    private long _failOvers;

    /// <param name="keys">Where each of the keys is, the one to be preferred first.</param>
    /// <param name="failBackAfter">For how long a better key has to be well before it is used again; null for never by itself.</param>
    /// <param name="time">The clock.</param>
    /// <param name="inUse">What was used so far, which is gone on with; null for the first that can sign.</param>
    public KeyChoice(
        IReadOnlyList<RedundantPool> keys, TimeSpan? failBackAfter, TimeProvider time, RedundantPool? inUse = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count, nameof(keys));
        _keys = keys;
        _time = time;
        FailBackAfter = failBackAfter;
        _wellSince = new long?[keys.Count];
        var before = Find(i => keys[i].Equals(inUse) && keys[i].IsAvailable);
        _current = before >= 0 ? before : Math.Max(0, FirstWell());
    }

    /// <summary>Where each of the keys is.</summary>
    public IReadOnlyList<RedundantPool> Keys => _keys;

    /// <summary>For how long a better key has to be well before it is used again; null for never by itself.</summary>
    public TimeSpan? FailBackAfter { get; }

    /// <inheritdoc/>
    public int Current => Volatile.Read(ref _current);

    /// <summary>Where the key in use is.</summary>
    public RedundantPool InUse => _keys[Current];

    /// <summary>How often another key had to stand in.</summary>
    public long FailOvers => Interlocked.Read(ref _failOvers);

    /// <summary>Looks at all of the tokens and chooses anew. To be called a few times a second.</summary>
    public void Check()
    {
        lock (_gate)
        {
            foreach (var key in _keys) key.Check();
            var now = _time.GetTimestamp();
            for (var i = 0; i < _keys.Count; i++) _wellSince[i] = _keys[i].IsAvailable ? _wellSince[i] ?? now : null;
            if (_wellSince[_current] is null)
                FailOver();
            else if (FailBackAfter is { } after && Find(i => i < _current && IsWellFor(i, after, now)) is var better and >= 0)
                Volatile.Write(ref _current, better);
            LetNobodyWaitInVain();
        }
    }

    /// <summary>Uses the first that can sign, however short a time it has been well.</summary>
    public void FailBack()
    {
        lock (_gate)
        {
            if (FirstWell() is var best and >= 0) Volatile.Write(ref _current, best);
        }
    }

    private void FailOver()
    {
        if (FirstWell() is not (var other and >= 0)) return;
        Volatile.Write(ref _current, other);
        Interlocked.Increment(ref _failOvers);
    }

    // Each time: a handshake may have chosen before the choice changed.
    private void LetNobodyWaitInVain()
    {
        if (!_keys[_current].IsAvailable) return;
        foreach (var key in _keys)
        {
            if (!key.IsAvailable) key.ReleaseWaiters();
        }
    }

    private bool IsWellFor(int index, TimeSpan time, long now) =>
        _wellSince[index] is { } since && _time.GetElapsedTime(since, now) >= time;

    private int FirstWell() => Find(i => _keys[i].IsAvailable);

    private int Find(Func<int, bool> fits)
    {
        for (var i = 0; i < _keys.Count; i++)
        {
            if (fits(i)) return i;
        }

        return -1;
    }
}
