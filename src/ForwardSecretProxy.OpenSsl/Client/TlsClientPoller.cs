using System.ComponentModel;
using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.OpenSsl.Client;

/// <summary>
/// Waits for many connections and for a moment at once, on one thread. Sockets are edge-triggered, so one registration
/// lasts a connection's life; a timer of nanoseconds wakes whoever has to start something on time.
/// </summary>
public sealed unsafe class TlsClientPoller : IDisposable
{
    private const int BatchSize = 256;
    private const ulong TimerMark = ulong.MaxValue;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly List<TlsClientConnection> _connections = [];
    private readonly byte[] _events = GC.AllocateArray<byte>(BatchSize * EpollEvent.MaxSize, pinned: true);
    private readonly int _epoll;
    private readonly int _timer;
    private long _timerAt;

    /// <summary>Makes a poller.</summary>
    /// <exception cref="Win32Exception">The kernel has no more file descriptors to give.</exception>
    public TlsClientPoller()
    {
        _epoll = ThrowIfNegative(LibC.epoll_create1(LibC.EPOLL_CLOEXEC), "epoll_create1");
        _timer = ThrowIfNegative(
            LibC.timerfd_create(LibC.CLOCK_MONOTONIC, LibC.TFD_NONBLOCK | LibC.TFD_CLOEXEC), "timerfd_create");
        if (!Add(_timer, TimerMark, LibC.EPOLLIN))
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "epoll_ctl failed");
    }

    /// <summary>The processor time the calling thread has used so far.</summary>
    public static TimeSpan ThreadProcessorTime
    {
        get
        {
            LibC.TimeSpec time;
            _ = LibC.clock_gettime(LibC.CLOCK_THREAD_CPUTIME_ID, &time);
            return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / 100);
        }
    }

    /// <summary>Waits until a connection can go on, or until the moment has come.</summary>
    /// <param name="until">
    /// On <see cref="System.Diagnostics.Stopwatch"/>'s clock, which on Linux counts the nanoseconds of CLOCK_MONOTONIC.
    /// </param>
    /// <param name="ready">Is emptied, then takes those that can go on.</param>
    public void Wait(long until, List<TlsClientConnection> ready)
    {
        ArgumentNullException.ThrowIfNull(ready);
        ready.Clear();
        SetTimer(until);
        var events = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_events, 0);
        var count = LibC.epoll_wait(_epoll, events, BatchSize, -1);
        if (count < 0 && Marshal.GetLastPInvokeError() is var error && error != LibC.EINTR)
            throw new Win32Exception(error, "epoll_wait failed");

        for (var i = 0; i < count; i++)
        {
            var mark = EpollEvent.Data(_events, i);
            if (mark == TimerMark) _timerAt = 0;
            else ready.Add(_connections[(int)mark]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = LibC.close(_timer);
        _ = LibC.close(_epoll);
    }

    internal int Register(TlsClientConnection connection)
    {
        _connections.Add(connection);
        return _connections.Count - 1;
    }

    /// <summary>Reports the edges of a socket until it is closed; false when the kernel refuses.</summary>
    internal bool Add(int fd, int index) =>
        Add(fd, (ulong)index, LibC.EPOLLIN | LibC.EPOLLOUT | LibC.EPOLLRDHUP);

    private bool Add(int fd, ulong mark, uint events)
    {
        var ev = stackalloc byte[EpollEvent.MaxSize];
        EpollEvent.Write(ev, events | LibC.EPOLLET, mark);
        return LibC.epoll_ctl(_epoll, LibC.EPOLL_CTL_ADD, fd, ev) == 0;
    }

    /// <summary>A moment that has passed already makes an edge at once.</summary>
    private void SetTimer(long at)
    {
        if (at == _timerAt) return;
        _timerAt = at;
        // Zero would disarm it.
        var moment = Math.Max(at, 1);
        var setting = new LibC.TimerSetting
        {
            Value = { Seconds = (nint)(moment / NanosecondsPerSecond), Nanoseconds = (nint)(moment % NanosecondsPerSecond) },
        };
        _ = LibC.timerfd_settime(_timer, LibC.TFD_TIMER_ABSTIME, &setting, 0);
    }

    private static int ThrowIfNegative(int result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call} failed");
}
