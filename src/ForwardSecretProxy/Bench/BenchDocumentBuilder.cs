using System.Runtime.InteropServices;
using ForwardSecretProxy.Audit.StartTls;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.OpenSsl;

namespace ForwardSecretProxy.Bench;

/// <summary>Puts the repetitions of a run together into its result.</summary>
internal static class BenchDocumentBuilder
{
    /// <summary>Builds the result of one repetition or more.</summary>
    public static BenchDocument Build(
        BenchOptions options, DateTimeOffset when, bool interrupted, IReadOnlyList<RunMeasurement> runs)
    {
        LoopRecorder[] loops = [.. runs.SelectMany(run => run.Loops)];
        var full = Merge(loops.Select(loop => loop.Full));
        var resumed = Merge(loops.Select(loop => loop.Resumed));
        var response = Merge(loops.Select(loop => loop.Response));
        var seconds = runs.Sum(run => run.Window.Seconds);
        var samples = Samples(runs);
        var perSecond = seconds > 0 ? loops.Sum(loop => loop.BatchCounts.Sum()) / seconds : 0;
        return new BenchDocument
        {
            Schema = BenchDocument.CurrentSchema,
            Fsp = ProductVersion.Current,
            When = when,
            Interrupted = interrupted,
            Parameters = Parameters(options),
            Environment = new BenchEnvironment(OpenSslLibrary.Version, RuntimeInformation.FrameworkDescription,
                RuntimeInformation.OSDescription, RuntimeInformation.ProcessArchitecture.ToString(), Environment.ProcessorCount),
            Throughput = Throughput(perSecond, samples),
            Counts = Counts(options, loops, full.Count, resumed.Count),
            Latencies = [.. Latency("fullHandshake", full), .. Latency("resumedHandshake", resumed), .. Latency("response", response)],
            Samples = samples,
            OpenLoop = options.Rate is { } rate
                ? new BenchOpenLoop(rate, perSecond, loops.Sum(loop => loop.Delayed), loops.Max(loop => loop.LongestDelay) / 1e6)
                : null,
            Series = Series(runs),
            Negotiated = Negotiated(loops),
            Errors = Errors(loops.Select(loop => loop.Errors)),
            WarmupErrors = Errors(loops.Select(loop => loop.WarmupErrors)),
            ClientCpu = ClientCpu(runs, full.Count + resumed.Count, seconds),
            ServerCpu = ServerCpu(runs, full.Count + resumed.Count, seconds),
        };
    }

    private static BenchParameters Parameters(BenchOptions options) => new(
        options.Target.ToString(),
        options.Address.ToString(),
        options.Connections,
        options.Rate,
        options.Duration.TotalSeconds,
        options.Warmup.TotalSeconds,
        options.Timeout.TotalSeconds,
        options.Threads,
        options.Repeat,
        options.Tls.Number(),
        options.Group ?? "X25519",
        options.Cipher,
        options.Certificate is { } kind ? kind.ToString().ToLowerInvariant() : null,
        options.Resume,
        options.StartTls?.ToText(),
        options.Request,
        options.ServerName,
        options.CaFile is not null);

    private static BenchThroughput Throughput(double perSecond, BenchSamples samples)
    {
        var interval = ConfidenceInterval.OfMean(samples.PerSecond, samples.Method == BenchSamples.Batches);
        return new BenchThroughput(perSecond, interval is { } known ? Math.Max(0, known.Low) : null, interval?.High);
    }

    private static BenchCounts Counts(BenchOptions options, LoopRecorder[] loops, long full, long resumed) => new(
        options.Resume ? resumed : full,
        full,
        resumed,
        Total(loops, loop => loop.Errors),
        loops.Sum(loop => loop.WarmupDone),
        Total(loops, loop => loop.WarmupErrors),
        loops.Sum(loop => loop.ResetsAfterClose),
        loops.Sum(loop => loop.Abandoned));

    private static long Total(LoopRecorder[] loops, Func<LoopRecorder, ErrorTally> tally) =>
        loops.Sum(loop => tally(loop).Errors.Sum(error => error.Count));

    /// <summary>Repetitions are the better samples: they see also what changes from run to run.</summary>
    private static BenchSamples Samples(IReadOnlyList<RunMeasurement> runs)
    {
        if (runs is [var only])
        {
            return Samples(BenchSamples.Batches, Enumerable.Range(0, only.Window.WholeBatches).Select(batch => (
                only.Loops.Sum(loop => loop.BatchCounts[batch]) / only.Window.BatchSeconds,
                Merge(only.Loops.Select(loop => loop.Batches[batch])))));
        }

        return Samples(BenchSamples.Repetitions, runs.Where(run => run.Window.Seconds > 0).Select(run => (
            run.Loops.Sum(loop => loop.BatchCounts.Sum()) / run.Window.Seconds,
            Merge(run.Loops.SelectMany(loop => loop.Batches)))));
    }

    private static BenchSamples Samples(string method, IEnumerable<(double PerSecond, LatencyHistogram Latency)> values)
    {
        var all = values.ToList();
        return new BenchSamples(
            method,
            [.. all.Select(value => Math.Round(value.PerSecond, 3))],
            [.. all.Select(value => value.Latency.PercentileMilliseconds(50))],
            [.. all.Select(value => value.Latency.PercentileMilliseconds(99))]);
    }

    private static IEnumerable<BenchLatency> Latency(string what, LatencyHistogram times)
    {
        if (times.Count == 0)
            yield break;
        yield return new BenchLatency(
            what,
            times.Count,
            Math.Round(times.MeanMilliseconds, 3),
            times.PercentileMilliseconds(50),
            times.PercentileMilliseconds(90),
            times.PercentileMilliseconds(99),
            times.PercentileMilliseconds(99.9),
            times.MaxMilliseconds,
            times.Buckets());
    }

    private static BenchSeries Series(IReadOnlyList<RunMeasurement> runs) => new(
        runs[0].Window.StepSeconds,
        [.. runs.SelectMany(run => Steps(run, loop => loop.StepCounts))],
        [.. runs.SelectMany(run => Steps(run, loop => loop.StepErrors))]);

    private static IEnumerable<long> Steps(RunMeasurement run, Func<LoopRecorder, long[]> counts) =>
        Enumerable.Range(0, run.Window.WholeSteps).Select(step => run.Loops.Sum(loop => counts(loop)[step]));

    private static IReadOnlyList<BenchNegotiated> Negotiated(LoopRecorder[] loops) =>
    [
        .. from session in loops.SelectMany(loop => loop.Sessions)
           group session.Value by session.Key into same
           orderby same.Sum() descending
           select new BenchNegotiated(same.Key.Version.Name(), same.Key.CipherSuite, same.Key.Group,
               same.Key.Signature, same.Key.Resumed, same.Sum()),
    ];

    private static IReadOnlyList<BenchError> Errors(IEnumerable<ErrorTally> tallies)
    {
        var all = new ErrorTally();
        foreach (var tally in tallies)
            all.Add(tally);
        return all.Errors;
    }

    private static BenchClientCpu ClientCpu(IReadOnlyList<RunMeasurement> runs, long done, double seconds)
    {
        var spent = runs.Sum(run => run.ClientProcessorTime.TotalSeconds);
        var busiest = runs.Max(run => run.Window.Seconds > 0
            ? run.Loops.Max(loop => loop.ProcessorTime.TotalSeconds / run.Window.Seconds) : 0);
        return new BenchClientCpu(
            PerConnection(spent, done), PerSecond(spent, seconds), Math.Round(busiest, 3), busiest > BenchClientCpu.SaturatedAbove);
    }

    private static BenchServerCpu? ServerCpu(IReadOnlyList<RunMeasurement> runs, long done, double seconds)
    {
        if (runs.Any(run => run.ServerProcessorTime is null))
            return null;
        var spent = runs.Sum(run => run.ServerProcessorTime!.Value.TotalSeconds);
        var client = runs.Sum(run => run.ClientProcessorTime.TotalSeconds);
        return new BenchServerCpu(
            PerConnection(spent, done), PerSecond(spent, seconds), client > 0 ? Math.Round(spent / client, 3) : 0);
    }

    private static double PerConnection(double seconds, long done) => done == 0 ? 0 : Math.Round(1000 * seconds / done, 4);

    private static double PerSecond(double spent, double seconds) => seconds > 0 ? Math.Round(spent / seconds, 3) : 0;

    private static LatencyHistogram Merge(IEnumerable<LatencyHistogram> histograms)
    {
        var all = new LatencyHistogram();
        foreach (var histogram in histograms)
            all.Add(histogram);
        return all;
    }
}
