namespace ForwardSecretProxy.Hosting;

/// <summary>
/// Notices that files were replaced. It looks every few seconds instead of asking the kernel, because files are
/// replaced in ways that have no event of their own: by a link to a directory (Kubernetes), on a network's file system.
/// </summary>
/// <param name="interval">How often to look. A change counts when the next look finds it the same.</param>
/// <param name="files">The paths, asked for at each look.</param>
/// <param name="changed">Called after a change, and not again before it is done.</param>
internal sealed class FileWatch(TimeSpan interval, Func<IEnumerable<string>> files, Func<Task> changed)
{
    /// <summary>Looks until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval);
        var known = Look();
        var last = known;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = Look();
                if (now.SequenceEqual(last) && !now.SequenceEqual(known))
                {
                    known = now;
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

    private List<(string Path, DateTime Written, long Length)> Look() => [.. files().Select(Look)];

    private static (string Path, DateTime Written, long Length) Look(string path)
    {
        try
        {
            FileSystemInfo file = new FileInfo(path);
            file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return (file.FullName, file.LastWriteTimeUtc, file is FileInfo { Exists: true } found ? found.Length : -1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (path, default, -1);
        }
    }
}
