using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// The sockets of the listeners, bound once: what a check of the ports opens is what is served, and what a reload
/// leaves as it is stays open.
/// </summary>
internal sealed class ListeningSockets : IDisposable
{
    /// <summary>As long as the kernel allows by default (net.core.somaxconn): a burst waits instead of being refused.</summary>
    private const int Backlog = 4096;

    private readonly Dictionary<string, Socket> _sockets = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<Socket> _inherited;

    /// <summary>Starts with what a service manager has passed.</summary>
    public ListeningSockets(IReadOnlyList<Socket> inherited) => _inherited = inherited;

    /// <summary>The socket of a listener that <see cref="Bind"/> had no problem with.</summary>
    public Socket this[ListenerOptions listener] => _sockets[KeyOf(listener)];

    /// <summary>Whether the service manager holds the listener's socket, too.</summary>
    public bool IsInherited(ListenerOptions listener) => _inherited.Contains(this[listener]);

    /// <summary>Sees to it that each listener has a socket, and reports each that cannot have one.</summary>
    public void Bind(IReadOnlyList<ListenerOptions> listeners, ConfigurationContext context)
    {
        foreach (var listener in listeners)
        {
            if (_sockets.ContainsKey(KeyOf(listener))) continue;
            if (FindInherited(listener.Address) is { } passed)
                _sockets.Add(KeyOf(listener), passed);
            else if (TryListen(listener.Address, out var socket) is { } error)
                context.Report(Problem($"Listeners:{listener.Name}:Address", listener.Address, error));
            else
                _sockets.Add(KeyOf(listener), socket!);
        }

        ReportUnused(listeners, context);
    }

    /// <summary>Reports when nobody could listen at <paramref name="address"/>, without keeping it.</summary>
    public void Probe(string key, IPEndPoint address, ConfigurationContext context)
    {
        if (TryListen(address, out var socket) is { } error)
            context.Report(Problem(key, address, error));
        else
            socket!.Dispose();
    }

    /// <summary>Closes those of other listeners. What the service manager has passed is only forgotten.</summary>
    public void CloseAllBut(IReadOnlyList<ListenerOptions> listeners)
    {
        var kept = listeners.Select(KeyOf).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, socket) in _sockets.Where(each => !kept.Contains(each.Key)).ToList())
        {
            _sockets.Remove(key);
            if (!_inherited.Contains(socket)) socket.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in _sockets.Values.Concat(_inherited)) socket.Dispose();
    }

    private static string KeyOf(ListenerOptions listener) =>
        listener.Address.Port == 0 ? listener.Name : listener.Address.ToString();

    private static SocketError? TryListen(IPEndPoint address, out Socket? socket)
    {
        socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(address);
            // Two sockets that do not listen may share an address; the conflict shows here.
            socket.Listen(Backlog);
            return null;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            return exception.SocketErrorCode;
        }
    }

    private Socket? FindInherited(IPEndPoint address) =>
        _inherited.FirstOrDefault(socket => address.Equals(socket.LocalEndPoint));

    private void ReportUnused(IReadOnlyList<ListenerOptions> listeners, ConfigurationContext context)
    {
        foreach (var address in _inherited.Select(socket => (IPEndPoint)socket.LocalEndPoint!))
        {
            if (!listeners.Any(listener => listener.Address.Equals(address)))
            {
                context.Report(new ConfigurationProblem("Listeners",
                    $"the service manager has passed a socket for {address}, and no listener has that address",
                    "Whoever connects there waits for ever: add the listener, or take ListenStream= out of the socket unit.")
                {
                    Severity = ConfigurationProblemSeverity.Warning,
                });
            }
        }
    }

    private ConfigurationProblem Problem(string key, IPEndPoint address, SocketError error)
    {
        var (message, mend) = error switch
        {
            SocketError.AddressAlreadyInUse when PassedForPort(address.Port) is { } passed => (
                $"{address} is in use by the service manager, which has passed a socket for {passed}",
                $"Write {passed} here, or ListenStream={address} in the socket unit."),
            SocketError.AddressAlreadyInUse => ($"{address} is in use",
                $"Stop what listens there (ss -ltnp 'sport = :{address.Port}' shows it) or choose another port."),
            SocketError.AccessDenied => ($"this user may not listen on port {address.Port}",
                "Ports below 1024 need the capability CAP_NET_BIND_SERVICE (AmbientCapabilities= in a systemd unit)."),
            SocketError.AddressNotAvailable => ($"{address.Address} is not an address of this machine",
                "Write one that ip address shows, or 0.0.0.0 or [::] for all of them."),
            _ => ($"{address} cannot be listened on: {error}", "Choose another address."),
        };
        return new ConfigurationProblem(key, message, mend) { MayPass = true };
    }

    private IPEndPoint? PassedForPort(int port) => _inherited
        .Select(socket => (IPEndPoint)socket.LocalEndPoint!)
        .FirstOrDefault(address => address.Port == port);
}
