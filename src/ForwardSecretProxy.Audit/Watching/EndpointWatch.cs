using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Watching;

/// <summary>
/// Looks at a server again and again for a long time, lightly: a few handshakes each time. Only so is it seen how long a ticket key
/// lives, and a session is kept.
/// </summary>
public static class EndpointWatch
{
    /// <summary>Watches to the end of the span. What was seen is in the state file at any moment.</summary>
    /// <param name="open">Opens a connection that is at TLS's first byte.</param>
    /// <param name="scanned">What a scan saw of the server.</param>
    /// <param name="options">How long, and where the samples are kept.</param>
    /// <param name="progress">Told after each look.</param>
    /// <param name="stop">Interrupts it; another call with the same file goes on.</param>
    /// <returns>What the scan and the watch saw.</returns>
    /// <exception cref="WatchStateException">The state file cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public static async Task<EndpointObservation> RunAsync(
        Func<CancellationToken, Task<Stream>> open, EndpointObservation scanned, WatchOptions options,
        IProgress<WatchProgress>? progress, CancellationToken stop)
    {
        var file = options.StateFile is { } path ? new WatchStateFile(path) : null;
        var server = WatchState.ServerOf(scanned);
        var clock = options.Clock;
        var state = file?.Read(server)
            ?? new WatchState { Version = WatchState.CurrentVersion, Server = server, Begun = clock.GetUtcNow() };
        var round = new WatchRound(new Handshaker(open, options.Timeout, clock), scanned);
        while (clock.GetUtcNow() - state.Begun is var passed && passed < options.Span)
        {
            state = await round.LookAsync(state, stop);
            file?.Write(state);
            progress?.Report(new WatchProgress(state.Looks, clock.GetUtcNow() - state.Begun, options.Span));
            await Task.Delay(Least(options.Interval, options.Span - passed), clock, stop);
        }

        // The last look is at the end, so that the whole span is covered.
        state = await round.LookAsync(state, stop);
        file?.Write(state);
        return WatchMerge.Of(scanned, state);
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
