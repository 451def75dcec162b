using System.Runtime.CompilerServices;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// Threads for signatures on slow tokens, where one blocks for as long as the token takes: the thread pool is for work
/// that does not block, and everybody else's handshake runs there. As many as are needed at once, which token sessions
/// bound; one that has had nothing to do for a while ends.
/// </summary>
internal static class SigningThreads
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);
    private static readonly Lock IdleLock = new();
    private static readonly List<Worker> Idle = [];

    [ThreadStatic]
    private static bool t_isSigningThread;

    /// <summary>Whether this is one of them.</summary>
    internal static bool IsCurrent => t_isSigningThread;

    /// <summary>What follows the <c>await</c> runs on one of them, up to the next wait.</summary>
    internal static Switch SwitchTo() => default;

    private static void Run(Action work)
    {
        Worker? worker = null;
        lock (IdleLock)
        {
            if (Idle.Count > 0)
            {
                worker = Idle[^1];
                Idle.RemoveAt(Idle.Count - 1);
            }
        }

        if (worker is not null)
            worker.Continue(work);
        else
            Worker.Start(work);
    }

    /// <summary>The awaitable of <see cref="SwitchTo"/>, and its own awaiter.</summary>
    internal readonly struct Switch : ICriticalNotifyCompletion
    {
        public bool IsCompleted => IsCurrent;

        public Switch GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => Run(continuation);

        public void UnsafeOnCompleted(Action continuation) => Run(continuation);
    }

    private sealed class Worker
    {
        private readonly object _gate = new();
        private Action? _next;

        private Worker(Action work) => _next = work;

        internal static void Start(Action work) =>
            new Thread(new Worker(work).Loop) { IsBackground = true, Name = "fsp signing" }.UnsafeStart();

        internal void Continue(Action work)
        {
            lock (_gate)
            {
                _next = work;
                Monitor.Pulse(_gate);
            }
        }

        private void Loop()
        {
            t_isSigningThread = true;
            while (Next() is { } work)
            {
                work();
                lock (IdleLock) Idle.Add(this);
            }
        }

        /// <summary>The next piece of work, or null when this worker has left the list of idle ones for good.</summary>
        private Action? Next()
        {
            lock (_gate)
            {
                if (_next is null && !Monitor.Wait(_gate, IdleTime) && _next is null && TryLeave()) return null;
                // Whoever took this worker off the list brings its work.
                while (_next is null) Monitor.Wait(_gate);
                var work = _next;
                _next = null;
                return work;
            }
        }

        private bool TryLeave()
        {
            lock (IdleLock) return Idle.Remove(this);
        }
    }
}
