using System.Globalization;
using System.Net.Sockets;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// The listening sockets that a service manager opened and passes to this process (sd_listen_fds(3)). It keeps them
/// over a restart, so that clients wait in their queues for the next process instead of being refused.
/// </summary>
internal static class SocketActivation
{
    /// <summary>The first descriptor that is passed.</summary>
    private const int FirstDescriptor = 3;

    private static readonly string[] Variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

    /// <summary>Takes them over, once: children are not to think that they are theirs. Empty when there are none.</summary>
    public static IReadOnlyList<Socket> Take()
    {
        var (process, count) = (Read("LISTEN_PID"), Read("LISTEN_FDS"));
        foreach (var variable in Variables) Environment.SetEnvironmentVariable(variable, null);
        if (process != Environment.ProcessId || count is null) return [];
        return [.. Enumerable.Range(FirstDescriptor, count.Value).Select(Open).OfType<Socket>()];
    }

    private static int? Read(string variable) => int.TryParse(
        Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        ? value : null;

    /// <summary>Null for what is no listening TCP socket: a pipe, a datagram socket.</summary>
    private static Socket? Open(int descriptor)
    {
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        try
        {
            var socket = new Socket(handle);
            if (socket is { SocketType: SocketType.Stream, ProtocolType: ProtocolType.Tcp } && IsListening(socket)) return socket;
            socket.Dispose();
        }
        catch (SocketException)
        {
            handle.Dispose();
        }

        return null;
    }

    private static bool IsListening(Socket socket) =>
        (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection)! != 0;
}
