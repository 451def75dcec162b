using HdrHistogram;

namespace ForwardSecretProxy.Bench;

/// <summary>Times from a microsecond to an hour, each kept to three digits (an HDR histogram).</summary>
internal sealed class LatencyHistogram
{
    private const long LongestMicroseconds = 3_600_000_000;
    private const int Digits = 3;

    /// <summary>Neighbouring buckets of <see cref="Buckets"/> differ by a tenth.</summary>
    public const double BucketRatio = 1.1;

    private readonly LongHistogram _histogram = new(1, LongestMicroseconds, Digits);

    /// <summary>How many were recorded.</summary>
    public long Count => _histogram.TotalCount;

    /// <summary>Their mean in milliseconds; 0 without any.</summary>
    public double MeanMilliseconds => Count == 0 ? 0 : _histogram.GetMean() / 1000;

    /// <summary>The longest in milliseconds; 0 without any.</summary>
    public double MaxMilliseconds => Count == 0 ? 0 : _histogram.GetMaxValue() / 1000d;

    /// <summary>Records a time in nanoseconds.</summary>
    public void Record(long nanoseconds) =>
        _histogram.RecordValue(Math.Clamp((nanoseconds + 500) / 1000, 1, LongestMicroseconds));

    /// <summary>Takes another's times too.</summary>
    public void Add(LatencyHistogram other) => _histogram.Add(other._histogram);

    /// <summary>The time that <paramref name="percent"/> of all do not exceed, in milliseconds; 0 without any.</summary>
    public double PercentileMilliseconds(double percent) =>
        Count == 0 ? 0 : Math.Min(_histogram.GetValueAtPercentile(percent), _histogram.GetMaxValue()) / 1000d;

    /// <summary>How many times fell below each of a row of bounds that grow by a tenth; empty ones are left out.</summary>
    public IReadOnlyList<LatencyBucket> Buckets()
    {
        var buckets = new List<LatencyBucket>();
        foreach (var value in _histogram.RecordedValues())
        {
            var exponent = Math.Ceiling(Math.Log(Math.Max(1, value.ValueIteratedTo)) / Math.Log(BucketRatio));
            var upTo = Math.Round(Math.Pow(BucketRatio, exponent) / 1000, 6);
            if (buckets is [.., { } last] && last.UpToMs == upTo)
                buckets[^1] = last with { Count = last.Count + value.CountAddedInThisIterationStep };
            else
                buckets.Add(new LatencyBucket(upTo, value.CountAddedInThisIterationStep));
        }

        return buckets;
    }
}

/// <summary>The times between the bound before and this one.</summary>
/// <param name="UpToMs">The upper bound in milliseconds, a tenth above the one before.</param>
/// <param name="Count">How many.</param>
internal sealed record LatencyBucket(double UpToMs, long Count);
