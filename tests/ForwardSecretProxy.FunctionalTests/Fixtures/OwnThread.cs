namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A thread for what blocks, of its own, so that many can block at once.</summary>
internal static class OwnThread
{
    /// <summary>Runs <paramref name="run"/> on a new thread.</summary>
    public static Task<T> RunAsync<T>(Func<T> run) => Task.Factory.StartNew(
        run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
