using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Sockets;

/// <summary>
/// One epoll instance and the thread that turns its edges into <see cref="Readiness"/>. There is one for each
/// processor, because handshakes run on it. A thread that is held up (by a token that hangs in the middle of a
/// signature, say) is relieved: another takes over the epoll instance, and the one that was stuck ends when it is free.
/// </summary>
internal sealed unsafe class SocketPoller
{
    /// <summary>
    /// How long a thread may be at one event before it is relieved: far above the slowest signature in software, far
    /// below what an established connection would notice.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(40);

    // struct epoll_event is packed on x86-64 and naturally aligned elsewhere (epoll_ctl(2)).
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - sizeof(ulong);
    private static readonly Lazy<SocketPoller[]> Pollers = new(
        () => [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new SocketPoller())]);

    private static readonly Timer Watch = new(static _ => RelieveStuck(), null, Patience, Patience);

    private static uint _turn;

    private readonly int _epoll;
    private readonly Lock _lock = new();
    private readonly Stack<int> _freeSlots = new();
    private Slot[] _slots = new Slot[256];
    private int _usedSlots;
    private int _generation;
    private long _busySince;

    private SocketPoller()
    {
        _epoll = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
        if (_epoll < 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "epoll_create1 failed");
        StartThread();
    }

    /// <summary>One of the process's pollers, each in turn.</summary>
    internal static SocketPoller Next() => Pollers.Value[Interlocked.Increment(ref _turn) % (uint)Pollers.Value.Length];

    /// <summary>Reports the edges of <paramref name="fd"/> from now on.</summary>
    /// <returns>What <see cref="Remove"/> takes.</returns>
    /// <exception cref="Win32Exception">The kernel refused.</exception>
    internal ulong Add(int fd, ISocketEvents target)
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
        }

        var ev = stackalloc byte[16];
        *(uint*)ev = LibC.EPOLLIN | LibC.EPOLLOUT | LibC.EPOLLRDHUP | LibC.EPOLLET;
        Unsafe.WriteUnaligned(ev + DataOffset, id);
        if (LibC.epoll_ctl(_epoll, LibC.EPOLL_CTL_ADD, fd, ev) == 0) return id;

        var error = Marshal.GetLastPInvokeError();
        Release(id);
        throw new Win32Exception(error, "epoll_ctl failed");
    }

    /// <summary>Call before <paramref name="fd"/> is closed. An edge that is under way finds nobody.</summary>
    internal void Remove(int fd, ulong id)
    {
        LibC.epoll_ctl(_epoll, LibC.EPOLL_CTL_DEL, fd, null);
        Release(id);
    }

    private void Release(ulong id)
    {
        lock (_lock)
        {
            ref var slot = ref _slots[(int)(uint)id];
            slot.Target = null;
            slot.Generation++;
            _freeSlots.Push((int)(uint)id);
        }
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

    private void Run(int generation)
    {
        // One event at a time: a thread that gets stuck has no others in hand.
        var ev = stackalloc byte[EventSize];
        while (Volatile.Read(ref _generation) == generation)
        {
            Volatile.Write(ref _busySince, 0);
            var count = LibC.epoll_wait(_epoll, ev, 1, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() is var error && error != LibC.EINTR)
                Environment.FailFast($"epoll_wait failed: {Marshal.GetPInvokeErrorMessage(error)}");
            if (count != 1) continue;

            Volatile.Write(ref _busySince, Stopwatch.GetTimestamp());
            Find(Unsafe.ReadUnaligned<ulong>(ev + DataOffset))?.OnSocketEvents(*(uint*)ev);
        }
    }

    private static void RelieveStuck()
    {
        if (!Pollers.IsValueCreated) return;
        foreach (var poller in Pollers.Value) poller.RelieveIfStuck();
    }

    private void RelieveIfStuck()
    {
        var since = Volatile.Read(ref _busySince);
        if (since == 0 || Stopwatch.GetElapsedTime(since) < Patience) return;
        Volatile.Write(ref _busySince, 0);
        StartThread();
    }

    private struct Slot
    {
        internal ISocketEvents? Target;
        internal uint Generation;
    }
}

/// <summary>Whoever owns a polled socket. Called on the poller's thread: must not block and must not throw.</summary>
internal interface ISocketEvents
{
    /// <param name="events">A set of <c>EPOLL*</c> bits.</param>
    void OnSocketEvents(uint events);
}
