namespace ForwardSecretProxy.Listeners;

/// <summary>Lets somebody speak once in a while, and counts what went unsaid: strangers must not be able to fill a log.</summary>
/// <param name="interval">The least time between two.</param>
/// <param name="time">The clock.</param>
internal sealed class Pace(TimeSpan interval, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long? _last;
    private int _count;

    /// <summary>Whether it is time; then how many there were since the last time, this one included.</summary>
    public bool IsTime(out int count)
    {
        lock (_lock)
        {
            count = ++_count;
            if (_last is { } last && time.GetElapsedTime(last) < interval) return false;
            (_last, _count) = (time.GetTimestamp(), 0);
            return true;
        }
    }
}
