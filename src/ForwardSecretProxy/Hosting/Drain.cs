using System.Diagnostics;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// Ends the serving so that nobody loses a request: nothing new is accepted, connections end with their next answer
/// (HTTP/2: with a GOAWAY), relays go on, and what is still open after <see cref="LimitOptions.DrainTimeout"/> is closed.
/// </summary>
internal sealed class Drain(WebApplication application, RunningServer server, RelaySet relays, ILogger logger)
{
    /// <summary>
    /// How long connections without a request stay open: a client that has just sent one, or is about to, still gets
    /// its answer, and with it the news that the connection ends.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns when all is closed, or when it was, at <paramref name="hurry"/>.</summary>
    public async Task RunAsync(CancellationToken hurry)
    {
        var timeout = server.Current.Options.Limits.DrainTimeout;
        server.BeginDraining();
        HostingLog.Stopping(logger, timeout.TotalSeconds);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        end.CancelAfter(timeout);
        using var cut = end.Token.Register(() =>
        {
            if (server.Connections.Count is var left and > 0) HostingLog.DrainCut(logger, left);
        });

        await WaitForRequestsToComeAsync(end.Token);
        await Task.WhenAll(StopAsync(end.Token), relays.DrainAsync(end.Token));
    }

    private async Task StopAsync(CancellationToken end)
    {
        try
        {
            await application.StopAsync(end);
        }
        catch (OperationCanceledException)
        {
            // What was left is closed with the application.
        }
    }

    private async Task WaitForRequestsToComeAsync(CancellationToken end)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!end.IsCancellationRequested && server.Connections.Count > 0
            && (server.Handshakes > 0 || Stopwatch.GetElapsedTime(begun) < Grace))
            await Task.Delay(Step, CancellationToken.None);
    }
}
