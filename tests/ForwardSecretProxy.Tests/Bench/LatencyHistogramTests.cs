using ForwardSecretProxy.Bench;

namespace ForwardSecretProxy.Tests.Bench;

public class LatencyHistogramTests
{
    private const long Millisecond = 1_000_000;

    [Fact]
    public void Percentile_OneToAThousand_IsExactToThreeDigits()
    {
        var histogram = new LatencyHistogram();
        for (var value = 1; value <= 1000; value++)
            histogram.Record(value * Millisecond);

        Assert.Equal(1000, histogram.Count);
        Assert.Equal(500, histogram.PercentileMilliseconds(50), 0.5);
        Assert.Equal(990, histogram.PercentileMilliseconds(99), 1d);
        Assert.Equal(1000, histogram.MaxMilliseconds, 1d);
        Assert.Equal(500.5, histogram.MeanMilliseconds, 1d);
    }

    [Fact]
    public void Record_OutOfRange_IsKeptAtTheEnd()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(-5);
        histogram.Record(0);
        histogram.Record(long.MaxValue / 2);

        Assert.Equal(3, histogram.Count);
        Assert.Equal(0.001, histogram.PercentileMilliseconds(1), 6);
        Assert.InRange(histogram.MaxMilliseconds, 3_590_000, 3_610_000);
    }

    [Fact]
    public void Add_Another_HasBothTimes()
    {
        var first = new LatencyHistogram();
        var second = new LatencyHistogram();
        first.Record(Millisecond);
        second.Record(3 * Millisecond);

        first.Add(second);

        Assert.Equal(2, first.Count);
        Assert.Equal(3, first.MaxMilliseconds, 2);
    }

    [Fact]
    public void Empty_HasZeros()
    {
        var histogram = new LatencyHistogram();

        Assert.Equal((0, 0, 0), (histogram.PercentileMilliseconds(99), histogram.MaxMilliseconds, histogram.MeanMilliseconds));
        Assert.Empty(histogram.Buckets());
    }

    [Fact]
    public void Buckets_AllTimes_AreInThemAndInOrder()
    {
        var histogram = new LatencyHistogram();
        var random = new Random(3);
        for (var i = 0; i < 10_000; i++)
            histogram.Record((long)(Math.Exp(10 * random.NextDouble()) * 1000));

        var buckets = histogram.Buckets();

        Assert.Equal(10_000, buckets.Sum(bucket => bucket.Count));
        Assert.Equal(buckets.OrderBy(bucket => bucket.UpToMs), buckets);
        Assert.Equal(buckets.Count, buckets.Select(bucket => bucket.UpToMs).Distinct().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(14)]
    [InlineData(1000)]
    public void Rows_AnyNumber_HoldAllTimesWithoutGaps(int most)
    {
        var histogram = new LatencyHistogram();
        foreach (var value in (int[])[1, 2, 50, 51, 52, 3000])
            histogram.Record(value * Millisecond);

        var rows = LatencyRows.From(histogram.Buckets(), most);

        Assert.InRange(rows.Count, 1, most);
        Assert.Equal(6, rows.Sum(row => row.Count));
        Assert.True(rows[0].FromMs < 1 && rows[^1].ToMs >= 2999);
        Assert.All(rows.Zip(rows.Skip(1)), pair => Assert.Equal(pair.First.ToMs, pair.Second.FromMs));
    }
}
