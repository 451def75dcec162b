using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Sockets;

/// <summary>
/// One epoll instance and the thread that turns its edges into <see cref="Readiness"/>. The thread does nothing else:
/// whoever waits goes on in the thread pool.
/// </summary>
internal sealed unsafe class SocketPoller
{
    private const int BatchSize = 512;

    // struct epoll_event is packed on x86-64 and naturally aligned elsewhere (epoll_ctl(2)).
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - sizeof(ulong);
    private static readonly Lazy<SocketPoller> Instance = new(() => new SocketPoller());

    private readonly int _epoll;
    private readonly Lock _lock = new();
    private readonly Stack<int> _freeSlots = new();
    private Slot[] _slots = new Slot[256];
    private int _usedSlots;

    private SocketPoller()
    {
        _epoll = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
        if (_epoll < 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "epoll_create1 failed");
        new Thread(Run) { IsBackground = true, Name = "fsp socket poller" }.Start();
    }

    /// <summary>The process's poller.</summary>
    internal static SocketPoller Shared => Instance.Value;

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

    private void Run()
    {
        var events = stackalloc byte[BatchSize * EventSize];
        while (true)
        {
            var count = LibC.epoll_wait(_epoll, events, BatchSize, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() is var error && error != LibC.EINTR)
                Environment.FailFast($"epoll_wait failed: {Marshal.GetPInvokeErrorMessage(error)}");
            for (var i = 0; i < count; i++)
            {
                var ev = events + i * EventSize;
                Find(Unsafe.ReadUnaligned<ulong>(ev + DataOffset))?.OnSocketEvents(*(uint*)ev);
            }
        }
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
