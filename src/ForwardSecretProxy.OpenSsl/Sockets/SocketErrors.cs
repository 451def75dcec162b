using System.Net.Sockets;

namespace ForwardSecretProxy.OpenSsl.Sockets;

/// <summary>The kernel's error numbers as the exceptions that .NET's own sockets throw.</summary>
internal static class SocketErrors
{
    private const int ENETUNREACH = 101;
    private const int EADDRNOTAVAIL = 99;
    private const int ENOTCONN = 107;
    private const int EHOSTUNREACH = 113;
    private const int EACCES = 13;
    private const int ENOENT = 2;

    /// <summary>Makes the exception for an errno(3) value.</summary>
    internal static SocketException Create(int error) => new((int)(error switch
    {
        LibC.ECONNREFUSED or LibC.EAGAIN or ENOENT => SocketError.ConnectionRefused,
        LibC.ECONNRESET or LibC.EPIPE => SocketError.ConnectionReset,
        LibC.ETIMEDOUT => SocketError.TimedOut,
        LibC.EMFILE or LibC.ENFILE => SocketError.TooManyOpenSockets,
        LibC.ENOBUFS or LibC.ENOMEM => SocketError.NoBufferSpaceAvailable,
        EHOSTUNREACH => SocketError.HostUnreachable,
        ENETUNREACH => SocketError.NetworkUnreachable,
        EADDRNOTAVAIL => SocketError.AddressNotAvailable,
        ENOTCONN => SocketError.NotConnected,
        EACCES => SocketError.AccessDenied,
        _ => SocketError.SocketError,
    }));
}
