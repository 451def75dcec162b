using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace ForwardSecretProxy.Bench;

/// <summary>An estimate and the 95% confidence interval around it.</summary>
/// <param name="Estimate">The estimate.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
internal readonly record struct ConfidenceInterval(double Estimate, double Low, double High)
{
    private const double Confidence = 0.95;

    /// <summary>
    /// What even equal samples may hide: latencies are kept to three digits, so a ratio of two is not known better than
    /// this (of a natural logarithm).
    /// </summary>
    private const double Resolution = 0.0005;

    /// <summary>
    /// Ten samples tell their correlation only roughly. A negative one would promise more than they hold, and one near 1
    /// would make every interval useless; this one doubles it.
    /// </summary>
    private const double MostCorrelation = 0.6;

    /// <summary>The mean, with Student's t. Null with fewer than two samples.</summary>
    /// <param name="samples">Means of batches, or of repetitions.</param>
    /// <param name="areConsecutive">Whether they follow each other within one run, so that one may depend on the other.</param>
    public static ConfidenceInterval? OfMean(IReadOnlyList<double> samples, bool areConsecutive)
    {
        if (samples.Count < 2)
            return null;
        var mean = MeanOf(samples, areConsecutive);
        var half = Quantile(mean.Freedom) * Math.Sqrt(mean.Variance);
        return new ConfidenceInterval(mean.Value, mean.Value - half, mean.Value + half);
    }

    /// <summary>
    /// How much larger <paramref name="after"/> is than <paramref name="before"/>: the ratio of their geometric means,
    /// with Welch's t on the logarithms, which takes unequal variances and counts. Null when either has fewer than two
    /// samples, or one that is not positive.
    /// </summary>
    public static ConfidenceInterval? OfRatio(
        IReadOnlyList<double> before, IReadOnlyList<double> after, bool areConsecutive)
    {
        if (before.Count < 2 || after.Count < 2 || before.Concat(after).Any(sample => !(sample > 0)))
            return null;
        var first = MeanOf([.. before.Select(sample => Math.Log(sample))], areConsecutive);
        var second = MeanOf([.. after.Select(sample => Math.Log(sample))], areConsecutive);

        var variance = first.Variance + second.Variance;
        // Welch and Satterthwaite. Without any variance the resolution is all the doubt there is.
        var freedom = variance == 0 ? double.PositiveInfinity : Square(variance)
            / ((Square(first.Variance) / first.Freedom) + (Square(second.Variance) / second.Freedom));
        var half = Quantile(freedom) * Math.Sqrt(variance + Square(Resolution));
        var difference = second.Value - first.Value;
        return new ConfidenceInterval(Math.Exp(difference), Math.Exp(difference - half), Math.Exp(difference + half));
    }

    private static double Quantile(double freedom) => double.IsInfinity(freedom)
        ? Normal.InvCDF(0, 1, (1 + Confidence) / 2)
        : StudentT.InvCDF(0, 1, freedom, (1 + Confidence) / 2);

    /// <summary>
    /// The mean and its variance. Samples that resemble their neighbours tell less than independent ones: the variance is
    /// (1 + r) / (1 - r) times as large, where r is the correlation of each with the next.
    /// </summary>
    private static MeanEstimate MeanOf(IReadOnlyList<double> samples, bool areConsecutive)
    {
        var correlation = areConsecutive ? CorrelationWithNext(samples) : 0;
        var inflation = (1 + correlation) / (1 - correlation);
        return new MeanEstimate(samples.Mean(), inflation * samples.Variance() / samples.Count, samples.Count - 1);
    }

    private static double CorrelationWithNext(IReadOnlyList<double> samples)
    {
        var mean = samples.Mean();
        var total = samples.Sum(sample => Square(sample - mean));
        var products = samples.Zip(samples.Skip(1), (one, next) => (one - mean) * (next - mean)).Sum();
        return total == 0 ? 0 : Math.Clamp(products / total, 0, MostCorrelation);
    }

    private static double Square(double value) => value * value;

    private readonly record struct MeanEstimate(double Value, double Variance, double Freedom);
}
