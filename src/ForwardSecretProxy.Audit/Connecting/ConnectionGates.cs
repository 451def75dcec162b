using System.Collections.Concurrent;
using System.Net;

namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>The <see cref="ConnectionGate"/> of each address.</summary>
public sealed class ConnectionGates
{
    private readonly ConcurrentDictionary<IPAddress, ConnectionGate> _gates = new();

    /// <summary>
    /// The most connections to one address at once. Default 8: a scan hardly gets faster with more, and it is well below what servers
    /// that have a limit allow one client (Postfix: 50).
    /// </summary>
    public int MostAtOnce { get; init; } = 8;

    /// <summary>
    /// The most new connections a second to one address, or null for no limit. Default 50: each may cost the server a signature, of which so
    /// many take some per cent of one core, and a whole scan takes some seconds all the same. This machine's own addresses have no limit:
    /// the load is its owner's.
    /// </summary>
    public double? MostPerSecond { get; init; } = 50;

    /// <summary>The clock; for tests.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The gate of an address.</summary>
    internal ConnectionGate this[IPAddress address] => _gates.GetOrAdd(
        address, each => new ConnectionGate(MostAtOnce, IPAddress.IsLoopback(each) ? null : MostPerSecond, Time));
}
