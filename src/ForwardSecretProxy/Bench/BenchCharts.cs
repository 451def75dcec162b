using System.Globalization;

namespace ForwardSecretProxy.Bench;

/// <summary>The charts of a result, with those of another behind them when there is one.</summary>
internal static class BenchCharts
{
    private const int HistogramColumns = 40;

    /// <summary>Connections for each second over time, and errors.</summary>
    public static string Throughput(BenchDocument now, BenchDocument? before)
    {
        var most = Rates(now.Series, now.Series.Done).Concat(Rates(now.Series, now.Series.Errors))
            .Concat(before is null ? [] : Rates(before.Series, before.Series.Done)).DefaultIfEmpty(1).Max();
        var end = Math.Max(Length(now.Series), before is null ? 0 : Length(before.Series));
        var plot = new SvgPlot("Throughput over time", PlotScale.Exact("seconds", end), PlotScale.Linear("per second", most));
        if (before is not null)
            plot.Line("before", Points(before.Series, before.Series.Done));
        plot.Line("now", Points(now.Series, now.Series.Done));
        for (var step = 0; step < now.Series.Errors.Count; step++)
        {
            if (now.Series.Errors[step] > 0)
            {
                plot.Column("errors", step * now.Series.StepSeconds, (step + 1) * now.Series.StepSeconds,
                    now.Series.Errors[step] / now.Series.StepSeconds, $"{now.Series.Errors[step]} errors");
            }
        }

        return plot.ToString();
    }

    /// <summary>How long the fastest so many percent took at most.</summary>
    public static string Percentiles(BenchLatency now, BenchLatency? before)
    {
        var curves = new[] { now, before }.OfType<BenchLatency>().Select(Curve).ToList();
        var deepest = curves.SelectMany(curve => curve).Max(point => point.X);
        var plot = new SvgPlot(
            "Latency percentiles",
            PlotScale.Nines("percent of connections", deepest),
            PlotScale.Logarithmic("ms", Math.Min(now.P50, before?.P50 ?? now.P50) / 4, Math.Max(now.Max, before?.Max ?? 0) * 1.1));
        if (curves is [_, var other])
            plot.Line("before", other);
        plot.Line("now", curves[0]);
        return plot.ToString();
    }

    /// <summary>How many took how long.</summary>
    public static string Histogram(BenchLatency now, BenchLatency? before)
    {
        var rows = LatencyRows.From(now.Buckets, HistogramColumns);
        var others = before is null ? [] : LatencyRows.From(before.Buckets, HistogramColumns);
        var all = rows.Concat(others).ToList();
        var plot = new SvgPlot(
            "Latency histogram",
            PlotScale.Logarithmic("ms", all.Min(row => row.FromMs), all.Max(row => row.ToMs)),
            PlotScale.Linear("percent", Math.Max(Shares(rows).Max(), Shares(others).DefaultIfEmpty(0).Max())));
        Columns(plot, "now", rows);
        // In front, as an outline: columns would hide each other.
        plot.Line("before", [.. others.Zip(Shares(others)).SelectMany(pair =>
            ((double, double)[])[(pair.First.FromMs, pair.Second), (pair.First.ToMs, pair.Second)])]);
        return plot.ToString();
    }

    private static void Columns(SvgPlot plot, string style, IReadOnlyList<LatencyRow> rows)
    {
        foreach (var (row, share) in rows.Zip(Shares(rows)))
        {
            if (row.Count > 0)
            {
                plot.Column(style, row.FromMs, row.ToMs, share, string.Create(CultureInfo.InvariantCulture,
                    $"{LatencyRows.Show(row.FromMs)} to {LatencyRows.Show(row.ToMs)} ms: {row.Count} ({share:0.0}%)"));
            }
        }
    }

    /// <summary>In percent for each 10% of width, so that two histograms of different width can be laid over each other.</summary>
    private static IReadOnlyList<double> Shares(IReadOnlyList<LatencyRow> rows)
    {
        var total = Math.Max(1, rows.Sum(row => row.Count));
        return
        [
            .. rows.Select(row => 100d * row.Count / total
                / (Math.Log(row.ToMs / row.FromMs) / Math.Log(LatencyHistogram.BucketRatio))),
        ];
    }

    private static IReadOnlyList<(double X, double Y)> Curve(BenchLatency latency)
    {
        var points = new List<(double, double)>();
        var seen = 0L;
        foreach (var bucket in latency.Buckets)
        {
            seen += bucket.Count;
            // The last one is the maximum, which has no percentile of its own.
            var part = seen < latency.Count ? (double)seen / latency.Count : 1 - (0.5 / latency.Count);
            points.Add((part, Math.Min(bucket.UpToMs, latency.Max)));
        }

        return points;
    }

    private static IEnumerable<double> Rates(BenchSeries series, IReadOnlyList<long> counts) =>
        counts.Select(count => count / series.StepSeconds);

    private static IReadOnlyList<(double X, double Y)> Points(BenchSeries series, IReadOnlyList<long> counts) =>
        [.. Rates(series, counts).Select((rate, step) => ((step + 0.5) * series.StepSeconds, rate))];

    private static double Length(BenchSeries series) => Math.Max(1, series.Done.Count) * series.StepSeconds;
}
