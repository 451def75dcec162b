namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// How many client connections there may be at once, whatever state they are in: the handshake's are counted as those
/// that are served are. Shared by the listeners of a process.
/// </summary>
/// <param name="max">The most, at least 1.</param>
public sealed class ConnectionLimit(int max)
{
    private int _count;
    private int _max = max;
    private long _accepted;
    private long _turnedAway;

    /// <summary>The most. A lower one closes nobody; it keeps others out until there is room again.</summary>
    public int Max
    {
        get => Volatile.Read(ref _max);
        set => Volatile.Write(ref _max, value);
    }

    /// <summary>How many there are now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many there have been.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>How many found no room.</summary>
    public long TurnedAway => Interlocked.Read(ref _turnedAway);

    /// <summary>Counts one more; false when there is no room.</summary>
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= Max)
        {
            Interlocked.Increment(ref _accepted);
            return true;
        }

        Interlocked.Decrement(ref _count);
        Interlocked.Increment(ref _turnedAway);
        return false;
    }

    internal void Leave() => Interlocked.Decrement(ref _count);
}
