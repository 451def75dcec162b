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

    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>
    /// Whether the waiter goes on in the thread pool (the default), or on the thread that reports the edge, which saves
    /// a switch of threads and is only for work that is short and does not wait.
    /// </summary>
    internal bool ContinuesInPool
    {
        set => _source.RunContinuationsAsynchronously = value;
    }

    /// <summary>Completes at the next edge, at once when one is kept, and always at once after <see cref="Close"/>.</summary>
    internal ValueTask WaitAsync()
    {
        _source.Reset();
        switch (Interlocked.CompareExchange(ref _state, Waiting, Idle))
        {
            case Idle:
                return new ValueTask(this, _source.Version);
            case Signaled:
                Interlocked.CompareExchange(ref _state, Idle, Signaled);
                return ValueTask.CompletedTask;
            case Closed:
                return ValueTask.CompletedTask;
            default:
                throw new InvalidOperationException("A socket direction has one waiter at a time.");
        }
    }

    /// <summary>Reports an edge.</summary>
    internal void Signal()
    {
        if (Interlocked.CompareExchange(ref _state, Signaled, Idle) == Waiting
            && Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
            _source.SetResult(true);
    }

    /// <summary>Releases the waiter and every later one.</summary>
    internal void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Waiting) _source.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
