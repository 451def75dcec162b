namespace ForwardSecretProxy.Signing.Calls;

/// <summary>
/// Runs work that calls a module on a thread of its own, and gives that thread up when one of its calls does not return in
/// time: what a command or a reload asks a token must not keep it for ever.
/// </summary>
internal static class ModuleThread
{
    /// <summary>Runs <paramref name="work"/> to its end; blocks.</summary>
    /// <exception cref="TokenException">A call took too long, or what the work throws.</exception>
    public static T Run<T>(Func<T> work) => RunAsync(work).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run{T}(Func{T})"/>
    public static void Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    /// <summary>Runs <paramref name="work"/>; what it makes after it was given up is disposed.</summary>
    /// <exception cref="TokenException">A call took too long, or what the work throws.</exception>
    public static Task<T> RunAsync<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(work, result)) { IsBackground = true, Name = "fsp module call" }.Start();
        return result.Task;
    }

    private static void Run<T>(Func<T> work, TaskCompletionSource<T> result)
    {
        CallSlot.OfThisThread.GivenUp = reason => result.TrySetException(reason);
        try
        {
            var made = work();
            if (!result.TrySetResult(made))
                (made as IDisposable)?.Dispose();
        }
        catch (Exception exception)
        {
            // To whoever waits; left alone here it would end the process.
            result.TrySetException(exception);
        }
    }
}
