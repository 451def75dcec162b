using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ForwardSecretProxy.Bench;

/// <summary>One result against another.</summary>
/// <param name="Differences">What else was different, so that it may be the reason.</param>
/// <param name="Metrics">Throughput and latencies.</param>
/// <param name="Worse">
/// Whether the run as such is outside the noise for the worse: by throughput in a closed loop, by the median latency in
/// an open one, where the throughput is given.
/// </param>
internal sealed record BenchComparison(
    IReadOnlyList<string> Differences, IReadOnlyList<ComparedMetric> Metrics, bool Worse)
{
    /// <summary>Compares.</summary>
    public static BenchComparison Of(BenchDocument before, BenchDocument after)
    {
        var areConsecutive = before.Samples.Method == BenchSamples.Batches || after.Samples.Method == BenchSamples.Batches;
        ComparedMetric[] metrics =
        [
            ComparedMetric.Of("throughput", before.Throughput.PerSecond, after.Throughput.PerSecond, isMoreBetter: true,
                ConfidenceInterval.OfRatio(before.Samples.PerSecond, after.Samples.PerSecond, areConsecutive)),
            ComparedMetric.Of("p50", Headline(before)?.P50, Headline(after)?.P50, isMoreBetter: false,
                ConfidenceInterval.OfRatio(before.Samples.P50, after.Samples.P50, areConsecutive)),
            ComparedMetric.Of("p99", Headline(before)?.P99, Headline(after)?.P99, isMoreBetter: false,
                ConfidenceInterval.OfRatio(before.Samples.P99, after.Samples.P99, areConsecutive)),
        ];
        var deciding = metrics[after.Parameters.Rate is null ? 0 : 1];
        return new BenchComparison([.. DifferencesOf(before, after)], metrics, deciding.Verdict == Verdict.Worse);
    }

    /// <summary>The latency that a run is about.</summary>
    public static BenchLatency? Headline(BenchDocument document)
    {
        var what = document.Parameters.Resume ? "resumedHandshake" : "fullHandshake";
        return document.Latencies.FirstOrDefault(latency => latency.What == what);
    }

    private static IEnumerable<string> DifferencesOf(BenchDocument before, BenchDocument after)
    {
        foreach (var difference in DifferencesOf(before.Parameters, after.Parameters))
            yield return difference;
        foreach (var difference in DifferencesOf(before.Environment, after.Environment))
            yield return difference;
        if (before.Interrupted || after.Interrupted)
            yield return "a run was interrupted";
        if (before.Counts.Errors > 0 || after.Counts.Errors > 0)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"errors: {before.Counts.Errors} before, {after.Counts.Errors} now");
    }

    private static IEnumerable<string> DifferencesOf<T>(T before, T after)
    {
        var other = (JsonObject)JsonSerializer.SerializeToNode(after, JsonSerializerOptions.Web)!;
        foreach (var (name, value) in (JsonObject)JsonSerializer.SerializeToNode(before, JsonSerializerOptions.Web)!)
        {
            if (!JsonNode.DeepEquals(value, other[name]))
                yield return $"{name}: {Show(value)} before, {Show(other[name])} now";
        }
    }

    private static string Show(JsonNode? value) => value?.ToString() ?? "none";
}

/// <summary>One figure against another.</summary>
/// <param name="Name">throughput, p50 or p99.</param>
/// <param name="Before">The other run's.</param>
/// <param name="Now">This run's.</param>
/// <param name="Ratio">Now over before, of the samples' geometric means; null when there are too few.</param>
/// <param name="Low">The ratio's 95% interval, from here</param>
/// <param name="High">to here.</param>
/// <param name="Verdict">What that means.</param>
/// <param name="Text">The same in words.</param>
internal sealed record ComparedMetric(
    string Name, double? Before, double? Now, double? Ratio, double? Low, double? High, Verdict Verdict, string Text)
{
    /// <summary>Judges a figure by the interval of its ratio: outside the noise when 1 is outside the interval.</summary>
    public static ComparedMetric Of(
        string name, double? before, double? now, bool isMoreBetter, ConfidenceInterval? ratio)
    {
        var verdict = ratio switch
        {
            null => Verdict.Unknown,
            { Low: > 1 } => isMoreBetter ? Verdict.Better : Verdict.Worse,
            { High: < 1 } => isMoreBetter ? Verdict.Worse : Verdict.Better,
            _ => Verdict.WithinNoise,
        };
        return new ComparedMetric(
            name, before, now, ratio?.Estimate, ratio?.Low, ratio?.High, verdict, Describe(verdict, isMoreBetter, ratio));
    }

    private static string Describe(Verdict verdict, bool isMoreBetter, ConfidenceInterval? ratio)
    {
        if (ratio is not { } interval)
            return "cannot be told: too few samples, or some of them empty";
        var half = 100 * (interval.High - interval.Low) / 2;
        var change = 100 * (interval.Estimate - 1);
        if (verdict == Verdict.WithinNoise)
            return string.Create(CultureInfo.InvariantCulture, $"within the noise ({change:+0.0;-0.0}% ±{half:0.0}%)");
        var word = isMoreBetter ? change > 0 ? "faster" : "slower" : change > 0 ? "longer" : "shorter";
        return string.Create(CultureInfo.InvariantCulture,
            $"outside the noise: {word} by {Math.Abs(change):0.0}% (±{half:0.0}%)");
    }
}

/// <summary>What a comparison says.</summary>
internal enum Verdict
{
    /// <summary>There are too few samples.</summary>
    Unknown,

    /// <summary>The difference may be chance.</summary>
    WithinNoise,

    /// <summary>It is better, and not by chance.</summary>
    Better,

    /// <summary>It is worse, and not by chance.</summary>
    Worse,
}
