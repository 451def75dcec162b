namespace ForwardSecretProxy.Hosting;

/// <summary>
/// Notices that files were replaced. It looks every few seconds instead of asking the kernel, because files are
/// replaced in ways that have no event of their own: by a link to a directory (Kubernetes), on a network's file system.
/// </summary>
/// <param name="interval">How often to look. A change counts when the next look finds it the same.</param>
/// <param name="served">The state that is served, with the stamps of the files it was made of.</param>
/// <param name="changed">Called after a change, once for each, and not again before it is done.</param>
internal sealed class FileWatch(TimeSpan interval, Func<PreparedServer> served, Func<Task> changed)
{
    /// <summary>Looks until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval);
        IReadOnlyList<FileStamp> last = [], tried = [];
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var server = served();
                var now = FileStamp.Of(server.Options.Files);
                // What was refused is not tried again until it has changed again.
                if (now.SequenceEqual(last) && !now.SequenceEqual(server.Stamps) && !now.SequenceEqual(tried))
                {
                    tried = now;
                    await changed();
                }

                last = now;
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
