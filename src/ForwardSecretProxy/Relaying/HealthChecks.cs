namespace ForwardSecretProxy.Relaying;

/// <summary>Looks after the backends of a target, each by itself, until the target is not needed any more.</summary>
internal static class HealthChecks
{
    /// <summary>Begins, once for each target; nothing where none are wanted.</summary>
    public static void Begin(RelayTarget target, RelayService service)
    {
        if (!target.TryBeginChecks()) return;
        foreach (var backend in target.Backends) _ = RunAsync(target, backend, service);
    }

    private static async Task RunAsync(RelayTarget target, RelayBackend backend, RelayService service)
    {
        try
        {
            using var timer = new PeriodicTimer(target.Options.HealthInterval);
            do
            {
                await service.CheckAsync(target, backend, target.End);
            }
            while (await timer.WaitForNextTickAsync(target.End));
        }
        catch (OperationCanceledException)
        {
            // The configuration has changed, or the process ends.
        }
    }
}
