namespace ForwardSecretProxy.Relaying;

/// <summary>Looks after the backends of a target, each by itself, until the target is not needed any more.</summary>
internal static class HealthChecks
{
    /// <summary>Begins, once for each target; nothing where none are wanted.</summary>
    public static void Begin(RelayTarget target, RelayConnector connector)
    {
        if (!target.TryBeginChecks()) return;
        foreach (var backend in target.Backends) _ = RunAsync(target, backend, connector, target.End);
    }

    private static async Task RunAsync(RelayTarget target, RelayBackend backend, RelayConnector connector, CancellationToken end)
    {
        try
        {
            using var timer = new PeriodicTimer(target.Options.HealthInterval);
            do
            {
                await connector.CheckAsync(target, backend, end);
            }
            while (await timer.WaitForNextTickAsync(end));
        }
        catch (OperationCanceledException)
        {
            // The configuration has changed, or the process ends.
        }
    }
}
