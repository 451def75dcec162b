using HdrHistogram;

namespace ForwardSecretProxy.Admin;

/// <summary>
/// The median and the 99th percentile of one kind of time, minute by minute over the last hour. Only the minute that
/// runs keeps its times. Not thread-safe.
/// </summary>
internal sealed class MinuteLatencies
{
    private const long Longest = 60_000_000;

    private readonly LongHistogram _running = new(1, Longest, 2);
    private readonly long[] _counts = new long[MinuteCounts.Minutes];
    private readonly double?[] _p50 = new double?[MinuteCounts.Minutes];
    private readonly double?[] _p99 = new double?[MinuteCounts.Minutes];

    /// <summary>Takes a time into the minute that runs.</summary>
    public void Add(double seconds) =>
        _running.RecordValue(Math.Clamp((long)Math.Round(seconds * 1_000_000), 1, Longest));

    /// <summary>Ends the minute at <paramref name="slot"/>.</summary>
    public void Close(int slot)
    {
        Write(slot);
        _running.Reset();
    }

    /// <summary>Forgets the minute that had the place before.</summary>
    public void Clear(int slot) => (_counts[slot], _p50[slot], _p99[slot]) = (0, null, null);

    /// <summary>Everything, minutes oldest first.</summary>
    public StatusLatencies Read(string token, int newestSlot)
    {
        Write(newestSlot);
        return new StatusLatencies(
            token,
            MinuteCounts.InOrder(_counts, newestSlot),
            MinuteCounts.InOrder(_p50, newestSlot),
            MinuteCounts.InOrder(_p99, newestSlot));
    }

    private void Write(int slot)
    {
        _counts[slot] = _running.TotalCount;
        _p50[slot] = Percentile(50);
        _p99[slot] = Percentile(99);
    }

    private double? Percentile(double percentile) =>
        _running.TotalCount == 0 ? null : _running.GetValueAtPercentile(percentile) / 1000d;
}
