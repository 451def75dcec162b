namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>Ends work that takes too long as a whole, however often there is a little progress.</summary>
internal static class Deadline
{
    /// <summary>Does the work.</summary>
    /// <exception cref="TimeoutException">It was not done in time.</exception>
    public static async Task<T> RunAsync<T>(TimeSpan timeout, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await work(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {timeout.TotalSeconds} s");
        }
    }
}
