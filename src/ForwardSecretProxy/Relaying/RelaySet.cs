using System.Collections.Concurrent;

namespace ForwardSecretProxy.Relaying;

/// <summary>The relays that run: ends those whose time is over, and all of them at the end.</summary>
internal sealed class RelaySet : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(3);

    /// <summary>How long a mail session is at rest before a stop ends it: IMAP's may be so for hours.</summary>
    private static readonly TimeSpan RestTime = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Relay, bool> _relays = new();
    private readonly Timer _clock;

    /// <summary>Begins to look once a second.</summary>
    public RelaySet() => _clock = new Timer(_ => EndOverdue(), null, Interval, Interval);

    /// <summary>How many there are.</summary>
    public int Count => _relays.Count;

    /// <summary>Adds one that begins.</summary>
    public void Add(Relay relay)
    {
        relay.Counters.Opened();
        _relays.TryAdd(relay, true);
    }

    /// <summary>Takes out one that has ended.</summary>
    public void Remove(Relay relay)
    {
        if (_relays.TryRemove(relay, out _)) relay.Counters.Closed();
    }

    /// <summary>
    /// Waits until all have ended by themselves, or ends them at <paramref name="cut"/>; sessions in which nobody waits for an
    /// answer sooner.
    /// </summary>
    public async Task DrainAsync(CancellationToken cut)
    {
        while (!_relays.IsEmpty && !cut.IsCancellationRequested)
        {
            foreach (var relay in _relays.Keys.Where(relay => relay.IsAtRest(Environment.TickCount64, RestTime))) relay.Finish();
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }

        foreach (var relay in _relays.Keys) relay.Abort();
        for (var left = ClosingTime; !_relays.IsEmpty && left > TimeSpan.Zero; left -= TimeSpan.FromMilliseconds(20))
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose() => _clock.Dispose();

    private void EndOverdue()
    {
        var now = Environment.TickCount64;
        foreach (var (relay, _) in _relays)
        {
            if (relay.IsOverdue(now)) relay.Abort();
        }
    }
}
