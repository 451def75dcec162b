namespace ForwardSecretProxy.Listeners;

/// <summary>
/// Lets a bounded number of handshakes run and a bounded number wait for their turn, in order of arrival; whoever
/// comes beyond that is turned away at once, which costs almost nothing.
/// </summary>
internal sealed class HandshakeAdmission(int maxConcurrent, int maxQueued) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(maxConcurrent, maxConcurrent);
    private int _queued;

    /// <summary>Waits for a turn; false when too many wait already.</summary>
    /// <exception cref="OperationCanceledException">The listener stops.</exception>
    public ValueTask<bool> EnterAsync(CancellationToken cancellationToken) =>
        _slots.Wait(0, CancellationToken.None) ? new ValueTask<bool>(true) : QueueAsync(cancellationToken);

    /// <summary>Ends a turn.</summary>
    public void Leave() => _slots.Release();

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async ValueTask<bool> QueueAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _queued) > maxQueued)
        {
            Interlocked.Decrement(ref _queued);
            return false;
        }

        try
        {
            await _slots.WaitAsync(cancellationToken);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _queued);
        }
    }
}
