using System.Diagnostics;

namespace ForwardSecretProxy.Bench;

/// <summary>One repetition: its threads from the first connection to the last.</summary>
internal sealed class BenchRun : IDisposable
{
    /// <summary>The threads get this long to be there when the warm-up begins.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(20);

    private readonly BenchOptions _options;
    private readonly long _begin;
    private readonly BenchLoop[] _loops;

    /// <summary>Prepares the connections; nothing is connected yet.</summary>
    /// <exception cref="OpenSsl.OpenSslException">libssl does not know something that is asked for.</exception>
    public BenchRun(BenchOptions options)
    {
        _options = options;
        _begin = Stopwatch.GetTimestamp() + Ticks(Lead);
        Window = new MeasuringWindow(_begin + Ticks(options.Warmup), options.Duration);
        _loops = [.. Enumerable.Range(0, options.Threads).Select(NewLoop)];
    }

    /// <summary>When it is measured.</summary>
    public MeasuringWindow Window { get; }

    /// <summary>Connections done so far, the warm-up's too.</summary>
    public long DoneSoFar => _loops.Sum(loop => loop.Recorder.DoneSoFar);

    /// <summary>Errors so far, the warm-up's too.</summary>
    public long FailedSoFar => _loops.Sum(loop => loop.Recorder.FailedSoFar);

    /// <summary>Runs to the end, or until it is stopped; then what was measured up to there counts.</summary>
    public async Task<RunMeasurement> RunAsync(CancellationToken stop)
    {
        using var cut = stop.UnsafeRegister(
            static window => ((MeasuringWindow)window!).Cut(Stopwatch.GetTimestamp()), Window);
        var loops = _loops.Select(loop => Task.Factory.StartNew(
            () => loop.Run(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();

        await WaitUntilAsync(Window.Start, loops, stop);
        var before = ReadProcessorTimes();
        await WaitUntilAsync(Window.End, loops, stop);
        var after = ReadProcessorTimes();
        await Task.WhenAll(loops);
        return new RunMeasurement(
            Window, [.. _loops.Select(loop => loop.Recorder)], after.Client - before.Client, after.Server - before.Server);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var loop in _loops)
            loop.Dispose();
    }

    private BenchLoop NewLoop(int index)
    {
        var share = (_options.Connections / _options.Threads) + (index < _options.Connections % _options.Threads ? 1 : 0);
        var schedule = _options.Rate is { } rate ? new ArrivalSchedule(_begin, rate, index, _options.Threads) : null;
        return new BenchLoop(_options, Window, share, schedule);
    }

    // A loop that fails ends the wait; its exception comes out where the loops are awaited.
    private static async Task WaitUntilAsync(long moment, List<Task> loops, CancellationToken stop)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), moment);
        if (left > TimeSpan.Zero)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny([Task.Delay(left, ended.Token), .. loops]);
            await ended.CancelAsync();
        }
    }

    private (TimeSpan Client, TimeSpan? Server) ReadProcessorTimes() =>
        (Environment.CpuUsage.TotalTime, _options.ServerPid is { } pid ? ServerProcesses.ProcessorTime(pid) : null);

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}

/// <summary>What one repetition came to.</summary>
/// <param name="Window">When it was measured.</param>
/// <param name="Loops">What each thread recorded.</param>
/// <param name="ClientProcessorTime">This process's, in the window.</param>
/// <param name="ServerProcessorTime">The server's processes', in the window; null when not asked for.</param>
internal sealed record RunMeasurement(
    MeasuringWindow Window,
    IReadOnlyList<LoopRecorder> Loops,
    TimeSpan ClientProcessorTime,
    TimeSpan? ServerProcessorTime);
