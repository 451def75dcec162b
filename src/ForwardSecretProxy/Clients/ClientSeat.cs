using System.Net;

namespace ForwardSecretProxy.Clients;

/// <summary>A client's connection as it is counted; the default is one that is not.</summary>
internal readonly struct ClientSeat(ClientLimits limits, int slot)
{
    private readonly ClientLimits? _limits = limits;

    /// <summary>Counts it no longer. Call once.</summary>
    public void Leave() => _limits?.Leave(slot);
}

/// <summary>Who a connection is from.</summary>
/// <param name="EndPoint">The client's address, behind a load balancer too where that says it.</param>
/// <param name="Seat">To be given up when the connection ends.</param>
internal readonly record struct ServedClient(IPEndPoint EndPoint, ClientSeat Seat);
