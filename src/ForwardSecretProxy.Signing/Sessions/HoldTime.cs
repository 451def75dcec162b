namespace ForwardSecretProxy.Signing.Sessions;

/// <summary>
/// How long a session is held at a time, on average and of late: what a signature takes as far as those who wait are
/// concerned. Not thread-safe.
/// </summary>
internal sealed class HoldTime(TimeProvider time)
{
    /// <summary>Fewer than this say nothing: the first signature after a start or a pause takes its time.</summary>
    public const int Needed = 4;

    /// <summary>After so long without one, what was known is forgotten.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    // A token that has become faster is believed within a dozen signatures. One that has become slower is too, but a
    // single hold many times as long as the others (a collection of garbage, a key that is looked up) says little.
    private const double Weight = 1.0 / 8;
    private const double MostGrowth = 4;

    private double _average;
    private int _count;
    private long _last;

    /// <summary>The average; null when too little is known.</summary>
    public TimeSpan? Average =>
        _count < Needed || IsForgotten(time.GetTimestamp()) ? null : TimeSpan.FromSeconds(_average);

    /// <summary>Takes in that a session was held from one timestamp to another.</summary>
    public void Add(long from, long to)
    {
        var seconds = time.GetElapsedTime(from, to).TotalSeconds;
        if (_count > 0 && IsForgotten(to))
            _count = 0;

        if (_count == 0)
            _average = seconds;
        else
            _average += (Math.Min(seconds, MostGrowth * _average) - _average) * Weight;
        _count = Math.Min(_count + 1, Needed);
        _last = to;
    }

    private bool IsForgotten(long now) => time.GetElapsedTime(_last, now) > Memory;
}
