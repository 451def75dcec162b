using System.Net.Sockets;

namespace ForwardSecretProxy.Bench;

/// <summary>A whole benchmark: a look whether the server is there, then every repetition.</summary>
/// <param name="options">What is done.</param>
internal sealed class BenchSession(BenchOptions options)
{
    private BenchRun? _run;
    private int _repetition;

    /// <summary>What is going on, in one line.</summary>
    public string Describe()
    {
        if (_run is not { } run)
            return "connecting";
        var part = options.Repeat == 1 ? "" : $"run {_repetition} of {options.Repeat}, ";
        var failed = run.FailedSoFar;
        var left = run.Window.End - System.Diagnostics.Stopwatch.GetTimestamp();
        var when = left > 0
            ? $"{Math.Ceiling((double)left / System.Diagnostics.Stopwatch.Frequency)} s to go"
            : "waiting for those under way";
        return $"{part}{run.DoneSoFar} done, {failed} errors, {when}";
    }

    /// <summary>Runs it all, or until it is stopped.</summary>
    /// <returns>What was measured; null when it was stopped before anything was.</returns>
    /// <exception cref="SocketException">Nobody answers at the address.</exception>
    /// <exception cref="OpenSsl.OpenSslException">libssl does not know something that is asked for.</exception>
    public async Task<BenchDocument?> RunAsync(CancellationToken stop)
    {
        var when = DateTimeOffset.Now;
        var runs = new List<RunMeasurement>();
        try
        {
            await ProbeAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }

        while (runs.Count < options.Repeat && !stop.IsCancellationRequested)
        {
            _repetition = runs.Count + 1;
            using var run = new BenchRun(options);
            _run = run;
            runs.Add(await run.RunAsync(stop));
        }

        runs.RemoveAll(run => run.Window.Seconds == 0);
        return runs.Count == 0 ? null : BenchDocumentBuilder.Build(options, when, stop.IsCancellationRequested, runs);
    }

    private async Task ProbeAsync(CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(options.Timeout);
        using var socket = new Socket(options.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(options.Address, limit.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }
}
