using System.Diagnostics;
using System.Text.Json;
using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Signers;

/// <summary>
/// A token's worker, kept alive: one that ends is started anew, after a pause that grows; one that does not report is
/// killed.
/// </summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Between two workers that look for a token that is away.</summary>
    private static readonly TimeSpan AwayPause = TimeSpan.FromSeconds(1);

    /// <summary>A worker that has lived so long was well: the pause begins anew.</summary>
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);

    /// <summary>It reports every second, whatever its module does.</summary>
    private static readonly TimeSpan ReportTimeout = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private volatile WorkerOrder _order;
    private volatile WorkerReport _state = new(WorkerReportKind.NoToken, "Its worker is being started.");

    /// <summary>Starts it.</summary>
    /// <param name="number">The number in its address.</param>
    /// <param name="order">What it is to do.</param>
    /// <param name="logger">Told of what happens to it.</param>
    public WorkerProcess(int number, WorkerOrder order, ILogger logger)
    {
        Number = number;
        _order = order;
        _logger = logger;
        _running = Task.Run(KeepAsync);
    }

    /// <summary>The number in its address.</summary>
    public int Number { get; }

    /// <summary>What it is to do.</summary>
    public WorkerOrder Order => _order;

    /// <summary>What it said last of its token.</summary>
    public WorkerReport State => _state;

    /// <summary>Completes when it has said something of its token.</summary>
    public Task Known => _known.Task;

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task KeepAsync()
    {
        var pause = FirstPause;
        while (!_stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var end = await RunOnceAsync();
            if (_stop.IsCancellationRequested) return;
            if (_state.Kind == WorkerReportKind.NoToken)
            {
                // It has said so, and is to be there soon after the token.
                await Task.Delay(AwayPause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            if (Stopwatch.GetElapsedTime(started) > Healthy) pause = FirstPause;
            SignerLog.WorkerEnded(_logger, _order.Name, end, (long)pause.TotalMilliseconds);
            await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>From a start to an end; says how it ended.</summary>
    private async Task<string> RunOnceAsync()
    {
        var start = SelfProcess.StartInfo(["signer", "--worker"]);
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        await using var killing = _stop.Token.UnsafeRegister(static state => Kill((Process)state!), process);
        try
        {
            // Left open: its end is the worker's.
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(_order, SignersJson.Default.WorkerOrder));
            await process.StandardInput.FlushAsync();
            if (_state.Kind != WorkerReportKind.NoToken || !_known.Task.IsCompleted)
                SignerLog.WorkerStarted(_logger, _order.Name, process.Id);
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(ReportTimeout) is { } line) Take(line);
        }
        catch (TimeoutException)
        {
            Kill(process);
            await process.WaitForExitAsync();
            return "it had not reported for " + ReportTimeout.TotalSeconds + " s and was killed";
        }
        catch (IOException)
        {
            // It ended before it was told anything.
        }

        await process.WaitForExitAsync();
        if (_state.Kind != WorkerReportKind.Hangs) return EndOf(process.ExitCode);
        var hang = _state.Text!;
        _state = new WorkerReport(WorkerReportKind.Ready, null);
        return hang;
    }

    private void Take(string line)
    {
        var report = JsonSerializer.Deserialize(line, SignersJson.Default.WorkerReport)!;
        switch (report.Kind)
        {
            case WorkerReportKind.Alive:
                return;
            case WorkerReportKind.PeerRefused:
                SignerLog.PeerRefused(_logger, _order.Name, report.Text!);
                return;
            case WorkerReportKind.WrongSignature:
                HostingLog.WrongSignature(_logger, _order.Name, report.Text!);
                return;
            case WorkerReportKind.PinRefused:
                // Whatever becomes of this worker: the next one does not try it either.
                _order = _order with { PinRefused = report.Text };
                SignerLog.PinRefused(_logger, _order.Name, report.Text!);
                break;
            case WorkerReportKind.NoToken when _state.Kind != WorkerReportKind.NoToken || !_known.Task.IsCompleted:
                SignerLog.NoToken(_logger, _order.Name, report.Text!);
                break;
            case WorkerReportKind.Ready when _state.Kind == WorkerReportKind.NoToken && _known.Task.IsCompleted:
                SignerLog.TokenIsBack(_logger, _order.Name);
                break;
        }

        _state = report;
        _known.TrySetResult();
    }

    // 128 and the signal's number, as a shell has it.
    private static string EndOf(int exitCode) => exitCode switch
    {
        134 => "it aborted (SIGABRT)",
        135 => "it crashed (SIGBUS)",
        137 => "it was killed (SIGKILL)",
        139 => "it crashed (SIGSEGV)",
        _ => FormattableString.Invariant($"it ended with exit code {exitCode}"),
    };

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
