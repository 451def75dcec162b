using System.Globalization;

namespace ForwardSecretProxy.Bench;

/// <summary>A histogram in few rows of equal width on a logarithmic scale, empty ones between included.</summary>
internal static class LatencyRows
{
    /// <summary>Puts fine buckets together into at most <paramref name="most"/> rows.</summary>
    public static IReadOnlyList<LatencyRow> From(IReadOnlyList<LatencyBucket> buckets, int most)
    {
        if (buckets.Count == 0)
            return [];
        var first = Exponent(buckets[0]);
        var span = Exponent(buckets[^1]) - first + 1;
        var width = (span + most - 1) / most;
        var counts = new long[(span + width - 1) / width];
        foreach (var bucket in buckets)
            counts[(Exponent(bucket) - first) / width] += bucket.Count;
        return
        [
            .. counts.Select((count, row) => new LatencyRow(
                Bound(first - 1 + (row * width)), Bound(first - 1 + ((row + 1) * width)), count)),
        ];
    }

    /// <summary>A time in milliseconds with three digits that count.</summary>
    public static string Show(double milliseconds) => milliseconds switch
    {
        >= 100 => milliseconds.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => milliseconds.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => milliseconds.ToString("0.00", CultureInfo.InvariantCulture),
        _ => milliseconds.ToString("0.000", CultureInfo.InvariantCulture),
    };

    private static int Exponent(LatencyBucket bucket) =>
        (int)Math.Round(Math.Log(bucket.UpToMs * 1000) / Math.Log(LatencyHistogram.BucketRatio));

    private static double Bound(int exponent) => Math.Pow(LatencyHistogram.BucketRatio, exponent) / 1000;
}

/// <summary>The times between two bounds.</summary>
internal sealed record LatencyRow(double FromMs, double ToMs, long Count);
