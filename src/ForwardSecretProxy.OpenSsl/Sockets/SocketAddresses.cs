using System.Net;
using System.Net.Sockets;

namespace ForwardSecretProxy.OpenSsl.Sockets;

/// <summary>A socket's two addresses, asked of the kernel.</summary>
internal static unsafe class SocketAddresses
{
    private delegate int Ask(int fd, byte* address, uint* length);

    /// <summary>The other side's; null when the socket has none any more.</summary>
    internal static IPEndPoint? Remote(int fd) => Read(fd, LibC.getpeername);

    /// <summary>Our own side's; null when the socket is not an IP socket.</summary>
    internal static IPEndPoint? Local(int fd) => Read(fd, LibC.getsockname);

    private static IPEndPoint? Read(int fd, Ask ask)
    {
        var address = new SocketAddress(AddressFamily.InterNetworkV6);
        var length = (uint)address.Size;
        fixed (byte* start = address.Buffer.Span)
        {
            if (ask(fd, start, &length) != 0) return null;
        }

        return address.Family switch
        {
            AddressFamily.InterNetwork => (IPEndPoint)new IPEndPoint(IPAddress.Any, 0).Create(address),
            AddressFamily.InterNetworkV6 => (IPEndPoint)new IPEndPoint(IPAddress.IPv6Any, 0).Create(address),
            _ => null,
        };
    }
}
