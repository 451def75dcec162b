using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Relaying;

/// <summary>One backend of a relay, and how it is doing. Thread-safe.</summary>
/// <param name="address">Where it listens.</param>
/// <param name="rest">How long it is not asked after it has failed, if no check finds it well before.</param>
/// <param name="time">The clock.</param>
internal sealed class RelayBackend(BackendAddress address, TimeSpan rest, TimeProvider time)
{
    private int _connections;
    private long _failedAt;
    private volatile bool _isFailing;

    /// <summary>Where it listens.</summary>
    public BackendAddress Address => address;

    /// <summary>How many connections it has from here.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Whether it failed when it was last tried.</summary>
    public bool IsFailing => _isFailing;

    /// <summary>Whether it failed when it was last tried, and not long ago.</summary>
    public bool IsResting => _isFailing && time.GetElapsedTime(Interlocked.Read(ref _failedAt)) < rest;

    /// <summary>Counts a connection.</summary>
    public void Enter() => Interlocked.Increment(ref _connections);

    /// <summary>Counts it no longer.</summary>
    public void Leave() => Interlocked.Decrement(ref _connections);

    /// <summary>It answered; true when that is news.</summary>
    public bool Answered()
    {
        var isNews = _isFailing;
        _isFailing = false;
        return isNews;
    }

    /// <summary>It did not; true when that is news.</summary>
    public bool Failed()
    {
        var isNews = !_isFailing;
        Interlocked.Exchange(ref _failedAt, time.GetTimestamp());
        _isFailing = true;
        return isNews;
    }
}
