using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>Who is at the other end of a unix socket, as the kernel noted when it was connected (SO_PEERCRED, unix(7)).</summary>
/// <param name="Process">Its process.</param>
/// <param name="User">Its effective user.</param>
public readonly record struct PeerCredentials(int Process, uint User)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>In words, for logs.</summary>
    public override string ToString() => FormattableString.Invariant($"process {Process} of user {User}");

    /// <summary>This process.</summary>
    public static PeerCredentials Own { get; } = ReadOwn();

    /// <summary>Of a connected socket.</summary>
    /// <exception cref="SocketException">The kernel does not tell.</exception>
    public static PeerCredentials Of(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        // struct ucred: pid, uid, gid.
        Span<int> credentials = stackalloc int[3];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(credentials));
        return new PeerCredentials(credentials[0], (uint)credentials[1]);
    }

    private static PeerCredentials ReadOwn()
    {
        // "Uid:	real	effective	saved	file system", proc(5).
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        return new PeerCredentials(Environment.ProcessId,
            uint.Parse(line.Split('\t')[2], System.Globalization.CultureInfo.InvariantCulture));
    }
}
