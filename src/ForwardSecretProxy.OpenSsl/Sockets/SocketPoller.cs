using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Sockets;

/// <summary>
/// One epoll instance and the thread that turns its edges into <see cref="Readiness"/>. There is one for each
/// processor, because handshakes and whatever follows an arrival run on it, without a change of threads. Established
/// connections come first: between two handshakes it looks whether one of them has something. A thread that is held up
/// (by a token that hangs in the middle of a signature, say) is relieved: another takes over the epoll instance and the
/// events that were in hand, and the one that was stuck ends when it is free.
/// </summary>
internal sealed unsafe class SocketPoller
{
    /// <summary>
    /// How long a thread may be at one event before it is relieved: far above the slowest signature in software, far
    /// below what an established connection would notice.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(40);

    /// <summary>
    /// How long whoever was told of an event may go on from one arrival to the next without having to wait, before the
    /// rest of its work goes to the thread pool: a fast download would keep everybody else of its poller waiting.
    /// </summary>
    private const long TurnMs = 20;

    /// <summary>
    /// How long handshakes and accepts go on before established connections are asked again: less than a signature takes,
    /// so that there is at most one between two looks.
    /// </summary>
    private static readonly long DeferredTurn = Stopwatch.Frequency / 5_000;

    /// <summary>A poller that has this many connections more than another leaves new ones to that one.</summary>
    private const int Imbalance = 8;

    private static readonly Lazy<SocketPoller[]> Pollers = new(
        () => [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new SocketPoller())]);

    private static readonly Timer Watch = new(static _ => RelieveStuck(), null, Patience, Patience);

    [ThreadStatic]
    private static SocketPoller? t_current;

    [ThreadStatic]
    private static long t_turnBegan;

    private static uint _turn;

    private readonly int _epoll;
    private readonly Lock _lock = new();
    private readonly Stack<int> _freeSlots = new();
    private Slot[] _slots = new Slot[256];
    private int _usedSlots;
    private int _count;
    private readonly ConcurrentQueue<(ulong Id, uint Events)> _deferred = new();
    private int _generation;
    private Batch _batch;
    private long _busySince;

    private SocketPoller()
    {
        _epoll = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
        if (_epoll < 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "epoll_create1 failed");
        _batch = new Batch();
        StartThread();
    }

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<SocketPoller> All => Pollers.Value;

    /// <summary>Whether this thread is a poller's and has been at one event for too long.</summary>
    internal static bool IsTurnOver => t_current is not null && Environment.TickCount64 - t_turnBegan >= TurnMs;

    /// <summary>
    /// Where a new connection is best served: by the poller that runs on this thread, unless another has far fewer; on
    /// other threads by each in turn.
    /// </summary>
    internal static SocketPoller Choose()
    {
        var pollers = Pollers.Value;
        if (t_current is not { } chosen) return pollers[Interlocked.Increment(ref _turn) % (uint)pollers.Length];
        foreach (var poller in pollers)
        {
            if (Volatile.Read(ref poller._count) < Volatile.Read(ref chosen._count) - Imbalance) chosen = poller;
        }

        return chosen;
    }

    /// <summary>Reports the events of <paramref name="fd"/> from now on.</summary>
    /// <param name="fd">A non-blocking socket.</param>
    /// <param name="events">A set of <c>EPOLL*</c> bits.</param>
    /// <param name="target">Who is told.</param>
    /// <returns>What <see cref="Change"/> and <see cref="Forget"/> take.</returns>
    /// <exception cref="Win32Exception">The kernel refused.</exception>
    internal ulong Add(int fd, uint events, ISocketEvents target)
    {
        ulong id;
        lock (_lock)
        {
            if (!_freeSlots.TryPop(out var index))
            {
                index = _usedSlots++;
                if (index == _slots.Length) Array.Resize(ref _slots, 2 * _slots.Length);
            }

            ref var slot = ref _slots[index];
            slot.Target = target;
            id = ((ulong)++slot.Generation << 32) | (uint)index;
            _count++;
        }

        if (Control(LibC.EPOLL_CTL_ADD, fd, events, id) == 0) return id;
        var error = Marshal.GetLastPInvokeError();
        Forget(id);
        throw new Win32Exception(error, "epoll_ctl failed");
    }

    /// <summary>Reports <paramref name="events"/> from now on, those first that are there already.</summary>
    internal void Change(int fd, uint events, ulong id) => Control(LibC.EPOLL_CTL_MOD, fd, events, id);

    /// <summary>Reports nothing more of a socket that stays open.</summary>
    internal void Remove(int fd, ulong id)
    {
        Control(LibC.EPOLL_CTL_DEL, fd, 0, id);
        Forget(id);
    }

    /// <summary>
    /// Call before the socket is closed, which is what takes it from epoll. An event that is under way finds nobody.
    /// </summary>
    internal void Forget(ulong id)
    {
        lock (_lock)
        {
            ref var slot = ref _slots[(int)(uint)id];
            slot.Target = null;
            slot.Generation++;
            _freeSlots.Push((int)(uint)id);
            _count--;
        }
    }

    private int Control(int operation, int fd, uint events, ulong id)
    {
        var ev = stackalloc byte[EpollEvent.MaxSize];
        EpollEvent.Write(ev, events, id);
        return LibC.epoll_ctl(_epoll, operation, fd, ev);
    }

    private ISocketEvents? Find(ulong id)
    {
        lock (_lock)
        {
            ref var slot = ref _slots[(int)(uint)id];
            return slot.Generation == (uint)(id >> 32) ? slot.Target : null;
        }
    }

    private void StartThread()
    {
        var generation = Interlocked.Increment(ref _generation);
        new Thread(() => Run(generation)) { IsBackground = true, Name = "fsp socket poller" }.UnsafeStart();
    }

    // Never returns while all is well, so the runtime would leave it in its first, unoptimized version.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(int generation)
    {
        t_current = this;
        // What the thread before this one had in hand when it got stuck.
        Work(Volatile.Read(ref _batch));
        var batch = new Batch();
        Volatile.Write(ref _batch, batch);
        while (Volatile.Read(ref _generation) == generation)
        {
            Volatile.Write(ref _busySince, 0);
            int count;
            var timeout = _deferred.IsEmpty ? -1 : 0;
            fixed (byte* events = batch.Events) count = LibC.epoll_wait(_epoll, events, Batch.Capacity, timeout);
            if (count < 0 && Marshal.GetLastPInvokeError() is var error && error != LibC.EINTR)
                Environment.FailFast($"epoll_wait failed: {Marshal.GetPInvokeErrorMessage(error)}");
            batch.Fill(count);
            Work(batch);
            WorkOnDeferred();
        }

        // The thread that took over may already be waiting for the kernel, and does not see what is added here.
        while (!_deferred.IsEmpty) WorkOnDeferred();
        t_current = null;
    }

    /// <summary>Ends when all of <paramref name="batch"/> is taken, by this thread or by the one that relieves it.</summary>
    private void Work(Batch batch)
    {
        while (batch.TryTake(out var events, out var id))
        {
            if (Find(id) is not { } target) continue;
            if (target.CanWait)
                _deferred.Enqueue((id, events));
            else
                Tell(target, events);
        }
    }

    private void WorkOnDeferred()
    {
        if (_deferred.IsEmpty) return;
        var started = Stopwatch.GetTimestamp();
        while (_deferred.TryDequeue(out var next))
        {
            if (Find(next.Id) is { } target) Tell(target, next.Events);
            if (Stopwatch.GetTimestamp() - started >= DeferredTurn) return;
        }
    }

    private void Tell(ISocketEvents target, uint events)
    {
        t_turnBegan = Environment.TickCount64;
        Volatile.Write(ref _busySince, t_turnBegan);
        target.OnSocketEvents(events);
    }

    private static void RelieveStuck()
    {
        if (!Pollers.IsValueCreated) return;
        foreach (var poller in Pollers.Value) poller.RelieveIfStuck();
    }

    private void RelieveIfStuck()
    {
        var since = Volatile.Read(ref _busySince);
        if (since == 0 || Environment.TickCount64 - since < Patience.TotalMilliseconds) return;
        Volatile.Write(ref _busySince, 0);
        StartThread();
    }

    private struct Slot
    {
        internal ISocketEvents? Target;
        internal uint Generation;
    }

    /// <summary>The events of one epoll_wait, each taken once, by whichever thread comes to it.</summary>
    private sealed class Batch
    {
        internal const int Capacity = 64;

        // How many there are in the upper half, how many are taken in the lower: one word, so that both change at once.
        private long _state;

        internal byte[] Events { get; } = GC.AllocateArray<byte>(Capacity * EpollEvent.MaxSize, pinned: true);

        internal void Fill(int count) => Volatile.Write(ref _state, (long)Math.Max(count, 0) << 32);

        internal bool TryTake(out uint events, out ulong id)
        {
            while (Volatile.Read(ref _state) is var state && (int)state < (int)(state >> 32))
            {
                if (Interlocked.CompareExchange(ref _state, state + 1, state) != state) continue;
                events = EpollEvent.Events(Events, (int)state);
                id = EpollEvent.Data(Events, (int)state);
                return true;
            }

            (events, id) = (0, 0);
            return false;
        }
    }
}

/// <summary>Whoever owns a polled socket. Called on the poller's thread: must not block and must not throw.</summary>
internal interface ISocketEvents
{
    /// <summary>Whether others' events go first: a handshake's or an accept's, not an established connection's.</summary>
    bool CanWait { get; }

    /// <param name="events">A set of <c>EPOLL*</c> bits.</param>
    void OnSocketEvents(uint events);
}
