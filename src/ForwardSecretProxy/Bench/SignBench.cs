using System.Diagnostics;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Bench;

/// <summary>
/// Measures what a token signs when nothing else is done: a thread for each session, which holds it and signs one
/// handshake's worth after another.
/// </summary>
/// <param name="signer">The key.</param>
/// <param name="scheme">How it signs.</param>
internal sealed class SignBench(ISigner signer, SignatureScheme scheme)
{
    private static readonly TimeSpan Warmup = TimeSpan.FromMilliseconds(200);

    /// <summary>What TLS 1.3 has signed, with a transcript hash of zeros (RFC 8446 section 4.4.3).</summary>
    private static readonly byte[] Message =
        [.. Enumerable.Repeat((byte)' ', 64), .. "TLS 1.3, server CertificateVerify\0"u8, .. new byte[32]];

    /// <summary>The numbers of sessions that are tried up to <paramref name="most"/>: 1, 2, 4 and so on, and itself.</summary>
    public static IEnumerable<int> Steps(int most)
    {
        for (var sessions = 1; sessions < most; sessions *= 2)
            yield return sessions;
        yield return most;
    }

    /// <summary>Signs with so many sessions for so long, or until it is stopped.</summary>
    /// <returns>What was measured; null when the token has not that many sessions, or nothing was.</returns>
    /// <exception cref="SigningException">The token failed.</exception>
    public async Task<SignStep?> RunAsync(int sessions, TimeSpan duration, CancellationToken stop)
    {
        var leases = new List<ISigningLease>();
        try
        {
            while (leases.Count < sessions)
            {
                if (await TryAcquireAsync(leases.Count > 0, stop) is not { } lease)
                    return null;
                leases.Add(lease);
            }

            return await MeasureAsync(leases, duration, stop);
        }
        finally
        {
            leases.ForEach(lease => lease.Dispose());
        }
    }

    /// <summary>A session more; null when others could be had and this one could not, which is the token's limit.</summary>
    private async Task<ISigningLease?> TryAcquireAsync(bool hasOthers, CancellationToken stop)
    {
        try
        {
            return await signer.Pool.AcquireAsync(stop);
        }
        catch (SigningException) when (hasOthers)
        {
            return null;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<SignStep?> MeasureAsync(List<ISigningLease> leases, TimeSpan duration, CancellationToken stop)
    {
        var window = new MeasuringWindow(
            Stopwatch.GetTimestamp() + (long)(Warmup.TotalSeconds * Stopwatch.Frequency), duration);
        using var cut = stop.UnsafeRegister(
            static window => ((MeasuringWindow)window!).Cut(Stopwatch.GetTimestamp()), window);
        var signing = leases.Select(lease => Task.Factory.StartNew(
            () => Sign(lease, window), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();

        await Task.Delay(Warmup, CancellationToken.None);
        var before = Environment.CpuUsage.TotalTime;
        var recorders = await Task.WhenAll(signing);
        var spent = Environment.CpuUsage.TotalTime - before;
        return window.Seconds == 0 ? null : SignStep.Of(leases.Count, window, recorders, spent);
    }

    private SignRecorder Sign(ISigningLease lease, MeasuringWindow window)
    {
        var recorder = new SignRecorder(window);
        var signature = new byte[signer.MaxSignatureLength];
        var begun = Stopwatch.GetTimestamp();
        while (begun < window.End)
        {
            signer.Sign(lease, scheme, Message, signature);
            var ended = Stopwatch.GetTimestamp();
            recorder.Record(begun, ended);
            begun = ended;
        }

        return recorder;
    }
}

/// <summary>One session's signatures.</summary>
internal sealed class SignRecorder(MeasuringWindow window)
{
    /// <summary>How long each took.</summary>
    public LatencyHistogram Times { get; } = new();

    /// <summary>How many ended in each batch.</summary>
    public long[] BatchCounts { get; } = new long[MeasuringWindow.Batches];

    /// <summary>Records one, when it ended in the window.</summary>
    public void Record(long begun, long ended)
    {
        if (!window.Contains(ended))
            return;
        Times.Record(ended - begun);
        BatchCounts[window.BatchOf(ended)]++;
    }
}

/// <summary>What so many sessions came to. Times in milliseconds.</summary>
/// <param name="Sessions">How many signed at once.</param>
/// <param name="PerSecond">Signatures for each second.</param>
/// <param name="Low">The 95% interval of that, from here; null when it was broken off early.</param>
/// <param name="High">To here.</param>
/// <param name="P50">What half of them do not exceed.</param>
/// <param name="P99">What 99% do not exceed.</param>
/// <param name="Cpu">This process's processor time for each: all of a token in software, the driver of another.</param>
internal sealed record SignStep(
    int Sessions, double PerSecond, double? Low, double? High, double P50, double P99, double Cpu)
{
    /// <summary>Puts the sessions together.</summary>
    public static SignStep Of(
        int sessions, MeasuringWindow window, IReadOnlyList<SignRecorder> recorders, TimeSpan spent)
    {
        var times = new LatencyHistogram();
        foreach (var recorder in recorders)
            times.Add(recorder.Times);
        double[] batches =
        [
            .. Enumerable.Range(0, window.WholeBatches)
                .Select(batch => recorders.Sum(recorder => recorder.BatchCounts[batch]) / window.BatchSeconds),
        ];
        var interval = ConfidenceInterval.OfMean(batches, areConsecutive: true);
        return new SignStep(
            sessions,
            times.Count / window.Seconds,
            interval?.Low,
            interval?.High,
            times.PercentileMilliseconds(50),
            times.PercentileMilliseconds(99),
            times.Count == 0 ? 0 : Math.Round(spent.TotalMilliseconds / times.Count, 4));
    }
}
