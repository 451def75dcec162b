using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Sockets;

/// <content>
/// What a client needs: sockets without an object and a finalizer each, and a timer finer than epoll_wait's milliseconds
/// (timerfd_create(2)).
/// </content>
internal static unsafe partial class LibC
{
    internal const int AF_UNIX = 1;
    internal const int AF_INET = 2;
    internal const int AF_INET6 = 10;
    internal const int SOCK_STREAM = 1;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int IPPROTO_TCP = 6;
    internal const int TCP_NODELAY = 1;
    internal const int SOL_SOCKET = 1;
    internal const int SO_ERROR = 4;
    internal const int MSG_NOSIGNAL = 0x4000;

    internal const int EPIPE = 32;
    internal const int ECONNRESET = 104;
    internal const int ETIMEDOUT = 110;
    internal const int ECONNREFUSED = 111;
    internal const int EINPROGRESS = 115;

    internal const int CLOCK_MONOTONIC = 1;
    internal const int CLOCK_THREAD_CPUTIME_ID = 3;
    internal const int TFD_NONBLOCK = SOCK_NONBLOCK;
    internal const int TFD_CLOEXEC = SOCK_CLOEXEC;
    internal const int TFD_TIMER_ABSTIME = 1;

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int socket(int family, int type, int protocol);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int connect(int fd, byte* address, uint length);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int setsockopt(int fd, int level, int option, int* value, uint length);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int getsockopt(int fd, int level, int option, int* value, uint* length);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint send(int fd, byte* buffer, nuint length, int flags);

    [LibraryImport(Name)]
    internal static partial int close(int fd);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int timerfd_create(int clock, int flags);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int timerfd_settime(int fd, int flags, TimerSetting* setting, nint old);

    [LibraryImport(Name)]
    internal static partial int clock_gettime(int clock, TimeSpec* time);

    /// <summary><c>struct timespec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        internal nint Seconds;
        internal nint Nanoseconds;
    }

    /// <summary><c>struct itimerspec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimerSetting
    {
        internal TimeSpec Interval;
        internal TimeSpec Value;
    }
}
