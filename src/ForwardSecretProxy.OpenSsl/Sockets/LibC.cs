using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Sockets;

/// <summary>What is used of Linux's socket readiness interface: epoll(7), accept4(2), recv(2), shutdown(2).</summary>
internal static unsafe partial class LibC
{
    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const int EPOLL_CTL_MOD = 3;

    internal const uint EPOLLIN = 0x001;
    internal const uint EPOLLOUT = 0x004;
    internal const uint EPOLLERR = 0x008;
    internal const uint EPOLLHUP = 0x010;
    internal const uint EPOLLRDHUP = 0x2000;
    internal const uint EPOLLEXCLUSIVE = 1u << 28;
    internal const uint EPOLLET = 1u << 31;

    internal const int SHUT_WR = 1;
    internal const int SHUT_RDWR = 2;
    internal const int MSG_PEEK = 0x02;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int EINTR = 4;
    internal const int EAGAIN = 11;
    internal const int ENOMEM = 12;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int ENOBUFS = 105;

    internal const int TCP_CORK = 3;
    internal const int TCP_QUICKACK = 12;

    private const string Name = "libc";

    /// <summary>
    /// Switches a TCP option on. Fails on a socket that is not TCP, where there is nothing to set; nobody has to know.
    /// </summary>
    internal static void SwitchOn(int fd, int tcpOption)
    {
        var yes = 1;
        _ = setsockopt(fd, IPPROTO_TCP, tcpOption, &yes, sizeof(int));
    }

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int epoll_create1(int flags);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int epoll_ctl(int epoll, int operation, int fd, byte* ev);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int epoll_wait(int epoll, byte* events, int capacity, int timeoutMs);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint recv(int fd, byte* buffer, nuint length, int flags);

    [LibraryImport(Name)]
    internal static partial int shutdown(int fd, int how);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int accept4(SafeHandle fd, byte* address, uint* addressLength, int flags);

    [LibraryImport(Name)]
    internal static partial int getsockname(int fd, byte* address, uint* addressLength);

    [LibraryImport(Name)]
    internal static partial int getpeername(int fd, byte* address, uint* addressLength);
}
