using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
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

    /// <summary>Handshakes that began with its keys are over then, and whoever still uses it has connected again.</summary>
    private static readonly TimeSpan UnusedPatience = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private long _usedAt;
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
    }

    /// <summary>Ends it when nobody has been connected to it for a while: whoever uses the token by it is not cut off.</summary>
    public async Task RetireAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        Volatile.Write(ref _usedAt, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(Volatile.Read(ref _usedAt)) < UnusedPatience
            && await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            // Its reports tell of its use.
        }

        await DisposeAsync();
    }

    private async Task KeepAsync()
    {
        var pause = FirstPause;
        while (!_stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var (end, last) = await RunOnceAsync();
            if (_stop.IsCancellationRequested) return;
            // It has said that its token is away, and the next one is to be there soon after the token.
            if (last == WorkerReportKind.NoToken)
            {
                await PauseAsync(AwayPause);
                continue;
            }

            if (Stopwatch.GetElapsedTime(started) > Healthy) pause = FirstPause;
            SignerLog.WorkerEnded(_logger, _order.Name, end, (long)pause.TotalMilliseconds);
            // Nobody need wait for what a module says that does not come so far.
            if (last is null) Say(new WorkerReport(WorkerReportKind.NoToken, $"Its signer ended: {end}."));
            await PauseAsync(pause);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task PauseAsync(TimeSpan pause) =>
        await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>From a start to an end: how it ended, and what it said last of its token.</summary>
    private async Task<(string End, WorkerReportKind? Last)> RunOnceAsync()
    {
        var start = SelfProcess.StartInfo(["signer", "--worker"]);
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        try
        {
            using var process = Process.Start(start)!;
            await using var killing = _stop.Token.UnsafeRegister(static state => Kill((Process)state!), process);
            // Its standard input is left open until it has ended: that is how it is told to.
            await using var input = process.StandardInput;
            using var output = process.StandardOutput;
            SignerLog.WorkerStarted(_logger, _order.Name, process.Id);
            return await FollowAsync(process, input, output);
        }
        catch (Win32Exception exception)
        {
            return ($"it could not be started: {exception.Message}", null);
        }
    }

    private async Task<(string End, WorkerReportKind? Last)> FollowAsync(Process process, StreamWriter input, StreamReader output)
    {
        WorkerReport? last = null;
        var isSilent = false;
        try
        {
            await TellAsync(input.BaseStream);
            while (await output.ReadLineAsync().WaitAsync(ReportTimeout) is { } line) last = Take(line) ?? last;
        }
        catch (TimeoutException)
        {
            isSilent = true;
            Kill(process);
        }
        catch (IOException)
        {
            // It ended before it was told anything.
        }

        await process.WaitForExitAsync();
        var end = isSilent ? $"it had not reported for {ReportTimeout.TotalSeconds} s and was killed"
            : last?.Kind == WorkerReportKind.Hangs ? last.Text! : EndOf(process.ExitCode);
        return (end, last?.Kind);
    }

    // Bytes that can be zeroed, and no string: a PIN that was typed is in it.
    private async Task TellAsync(Stream input)
    {
        var order = JsonSerializer.SerializeToUtf8Bytes(_order, SignersJson.Default.WorkerOrder);
        try
        {
            await input.WriteAsync(order);
            await input.WriteAsync("\n"u8.ToArray());
            await input.FlushAsync();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(order);
        }
    }

    /// <summary>Takes a line; gives what it says of the token, null for nothing.</summary>
    private WorkerReport? Take(string line)
    {
        if (TryRead(line) is not { } report) return null;
        switch (report.Kind)
        {
            case WorkerReportKind.Alive:
                if (report.Text != "0") Volatile.Write(ref _usedAt, Stopwatch.GetTimestamp());
                return null;
            case WorkerReportKind.PeerRefused:
                SignerLog.PeerRefused(_logger, _order.Name, report.Text!);
                return null;
            case WorkerReportKind.WrongSignature:
                HostingLog.WrongSignature(_logger, _order.Name, report.Text!);
                return null;
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

        // That its module hangs is no state of the token's: the next worker may find it well.
        if (report.Kind != WorkerReportKind.Hangs) Say(report);
        return report;
    }

    private void Say(WorkerReport state)
    {
        _state = state;
        _known.TrySetResult();
    }

    // A module may print on the worker's standard output, too.
    private static WorkerReport? TryRead(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, SignersJson.Default.WorkerReport);
        }
        catch (JsonException)
        {
            return null;
        }
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
