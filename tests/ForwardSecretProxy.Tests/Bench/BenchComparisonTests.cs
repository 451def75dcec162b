using ForwardSecretProxy.Bench;

namespace ForwardSecretProxy.Tests.Bench;

public class BenchComparisonTests
{
    [Fact]
    public void Of_TheSameResult_IsWithinTheNoise()
    {
        var comparison = BenchComparison.Of(Documents.Of(1000), Documents.Of(1000));

        Assert.All(comparison.Metrics, metric => Assert.Equal(Verdict.WithinNoise, metric.Verdict));
        Assert.All(comparison.Metrics, metric => Assert.StartsWith("within the noise", metric.Text, StringComparison.Ordinal));
        Assert.Empty(comparison.Differences);
        Assert.False(comparison.Worse);
    }

    [Theory]
    [InlineData(1200, nameof(Verdict.Better), "outside the noise: faster by 20.0%", false)]
    [InlineData(800, nameof(Verdict.Worse), "outside the noise: slower by 20.0%", true)]
    [InlineData(1005, nameof(Verdict.WithinNoise), "within the noise (+0.5%", false)]
    public void Of_AnotherThroughput_IsJudgedAgainstTheNoise(
        double perSecond, string verdict, string text, bool worse)
    {
        var comparison = BenchComparison.Of(Documents.Of(1000), Documents.Of(perSecond));

        var throughput = comparison.Metrics[0];
        Assert.Equal(verdict, throughput.Verdict.ToString());
        Assert.StartsWith(text, throughput.Text, StringComparison.Ordinal);
        Assert.Equal(perSecond / 1000, throughput.Ratio!.Value, 3);
        Assert.Equal(worse, comparison.Worse);
    }

    [Fact]
    public void Of_LongerLatency_IsWorseThoughTheNumberIsLarger()
    {
        var comparison = BenchComparison.Of(Documents.Of(1000, p50: 10), Documents.Of(1000, p50: 12));

        Assert.Equal(Verdict.Worse, comparison.Metrics[1].Verdict);
        Assert.StartsWith("outside the noise: longer by 20.0%", comparison.Metrics[1].Text, StringComparison.Ordinal);
        Assert.False(comparison.Worse);
    }

    [Fact]
    public void Of_AnOpenLoop_IsDecidedByTheMedianLatency()
    {
        var before = OpenLoop(Documents.Of(1000, p50: 10));
        var after = OpenLoop(Documents.Of(1000, p50: 12));

        Assert.True(BenchComparison.Of(before, after).Worse);
        Assert.False(BenchComparison.Of(after, before).Worse);
    }

    [Fact]
    public void Of_OtherSettings_NamesThem()
    {
        var before = Documents.Of(1000);
        var after = before with
        {
            Parameters = before.Parameters with { Connections = 64, Request = "/" },
            Environment = before.Environment with { OpenSsl = "OpenSSL 4" },
            Counts = before.Counts with { Errors = 3 },
        };

        Assert.Equal(
            ["connections: 32 before, 64 now", "request: none before, / now", "openSsl: OpenSSL 3 before, OpenSSL 4 now",
                "errors: 0 before, 3 now"],
            BenchComparison.Of(before, after).Differences);
    }

    [Fact]
    public void Of_TooFewSamples_SaysThatItCannotBeTold()
    {
        var before = Documents.Of(1000) with { Samples = new BenchSamples(BenchSamples.Repetitions, [1000], [10], [30]) };

        var comparison = BenchComparison.Of(before, Documents.Of(100));

        Assert.All(comparison.Metrics, metric => Assert.Equal(Verdict.Unknown, metric.Verdict));
        Assert.Contains("cannot be told", comparison.Metrics[0].Text, StringComparison.Ordinal);
    }

    private static BenchDocument OpenLoop(BenchDocument document) =>
        document with { Parameters = document.Parameters with { Rate = 1000 } };
}
