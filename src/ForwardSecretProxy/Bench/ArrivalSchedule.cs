using System.Diagnostics;

namespace ForwardSecretProxy.Bench;

/// <summary>
/// The arrivals of an open loop: at even distances, whatever the server does. An arrival that is taken late keeps the
/// time it was due at, and its latency is counted from then, so a server that stalls cannot hide the wait of those who
/// would have come meanwhile (coordinated omission).
/// </summary>
/// <param name="start">When the first is due, on <see cref="Stopwatch"/>'s clock.</param>
/// <param name="rate">Arrivals for each second.</param>
/// <param name="part">Which of the <paramref name="parts"/> this schedule is, from 0.</param>
/// <param name="parts">Among how many threads the arrivals are dealt in turn.</param>
internal sealed class ArrivalSchedule(long start, double rate, int part = 0, int parts = 1)
{
    private readonly double _gap = Stopwatch.Frequency / rate;
    private long _index = part;

    /// <summary>When the next one is due.</summary>
    public long NextDue => DueAt(_index);

    /// <summary>Takes the next arrival when it is due.</summary>
    public bool TryTake(long now, out long due)
    {
        due = NextDue;
        if (due > now)
            return false;
        _index += parts;
        return true;
    }

    /// <summary>How many are due before <paramref name="end"/> and have not been taken; takes them all.</summary>
    public long TakeAllBefore(long end)
    {
        var count = 0L;
        while (NextDue < end)
        {
            _index += parts;
            count++;
        }

        return count;
    }

    // Multiplied, not added up: a sum would drift.
    private long DueAt(long index) => start + (long)(index * _gap);
}
