namespace ForwardSecretProxy.Acme;

/// <summary>Looks after the certificates for as long as it runs: sleeps until the next thing is to be done.</summary>
/// <param name="renewals">What is looked after.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes what happens.</param>
internal sealed class RenewalLoop(Renewals renewals, TimeProvider time, ILogger logger)
{
    /// <summary>Files may be changed by others in the meantime.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(12);

    private static readonly TimeSpan ShortestSleep = TimeSpan.FromSeconds(10);

    /// <summary>Runs until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var outcomes = await renewals.RunAsync(name: null, force: false, stop);
                foreach (var outcome in outcomes) AcmeLog.Write(logger, outcome);
                var sleep = outcomes.Min(outcome => outcome.Next) - time.GetUtcNow() ?? LongestSleep;
                await Task.Delay(sleep < ShortestSleep ? ShortestSleep : sleep > LongestSleep ? LongestSleep : sleep, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}
