using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Hosting;

/// <summary>Finds out whether the listeners' addresses can be bound, by binding them for a moment.</summary>
internal static class PortProbe
{
    /// <summary>Reports each listener that could not listen now.</summary>
    public static void Check(IReadOnlyList<ListenerOptions> listeners, ConfigurationContext context)
    {
        // All stay open until the end: two listeners of the same file can be in each other's way as well.
        var sockets = new List<Socket>();
        try
        {
            foreach (var listener in listeners)
            {
                var socket = new Socket(listener.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                if (TryListen(socket, listener.Address) is { } error)
                    context.Report(Problem(listener, error));
            }
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private static SocketError? TryListen(Socket socket, IPEndPoint address)
    {
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(address);
            // Two sockets that do not listen may share an address; the conflict shows here.
            socket.Listen(1);
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }

    private static ConfigurationProblem Problem(ListenerOptions listener, SocketError error)
    {
        var address = listener.Address;
        var (message, mend) = error switch
        {
            SocketError.AddressAlreadyInUse => ($"{address} is in use",
                $"Stop what listens there (ss -ltnp 'sport = :{address.Port}' shows it) or choose another port."),
            SocketError.AccessDenied => ($"this user may not listen on port {address.Port}",
                "Ports below 1024 need the capability CAP_NET_BIND_SERVICE (AmbientCapabilities= in a systemd unit)."),
            SocketError.AddressNotAvailable => ($"{address.Address} is not an address of this machine",
                "Write one that ip address shows, or 0.0.0.0 or [::] for all of them."),
            _ => ($"{address} cannot be listened on: {error}", "Choose another address."),
        };
        return new ConfigurationProblem($"Listeners:{listener.Name}:Address", message, mend) { MayPass = true };
    }
}
