using System.Threading.Tasks.Sources;

namespace ForwardSecretProxy.OpenSsl.Sockets;

/// <summary>
/// One direction of an edge-triggered socket, for one waiter at a time. An edge that comes before the wait is kept, so
/// none is lost between a call that would have blocked and the wait that follows it; the price is a rare early return,
/// after which the caller tries again. Waiting allocates nothing.
/// </summary>
internal sealed class Readiness : IValueTaskSource
{
    private const int Idle = 0;
    private const int Signaled = 1;
    private const int Waiting = 2;
    private const int Closed = 3;

    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;

    /// <summary>Completes at the next edge, at once when one is kept, and always at once after <see cref="Close"/>.</summary>
    internal ValueTask WaitAsync()
    {
        if (Volatile.Read(ref _state) == Waiting)
            throw new InvalidOperationException("A socket direction has one waiter at a time.");

        _source.Reset();
        switch (Interlocked.CompareExchange(ref _state, Waiting, Idle))
        {
            case Idle:
                return new ValueTask(this, _source.Version);
            case Signaled:
                Interlocked.CompareExchange(ref _state, Idle, Signaled);
                return ValueTask.CompletedTask;
            default:
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>Reports an edge.</summary>
    /// <param name="inline">
    /// Whether the waiter goes on here and now, which saves a switch of threads, or in the thread pool. Only for a
    /// thread that holds no lock and that others can take over from, as a poller's is.
    /// </param>
    internal void Signal(bool inline = false)
    {
        if (Interlocked.CompareExchange(ref _state, Signaled, Idle) == Waiting
            && Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
            Complete(inline);
    }

    /// <summary>Releases the waiter, who goes on in the thread pool, and every later one.</summary>
    internal void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Waiting) Complete(inline: false);
    }

    // Whoever took the state away from Waiting is the only one here.
    private void Complete(bool inline)
    {
        _source.RunContinuationsAsynchronously = !inline;
        _source.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
