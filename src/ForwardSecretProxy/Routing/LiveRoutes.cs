using System.Diagnostics.CodeAnalysis;
using Yarp.ReverseProxy.Configuration;

namespace ForwardSecretProxy.Routing;

/// <summary>The routes of a running server, which a reload changes.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class LiveRoutes(InMemoryConfigProvider routes, BackendClientFactory backends, BackendLimit limit)
{
    /// <summary>
    /// Serves <paramref name="table"/> from now on. Requests that run go on as they began; a cluster keeps its
    /// connections unless what they are made with has changed.
    /// </summary>
    /// <param name="table">The routes.</param>
    /// <param name="maxConnections">How many connections to services there may be at once.</param>
    public void Apply(RouteTable table, int maxConnections)
    {
        limit.Max = maxConnections;
        // YARP asks for clients when it is given clusters.
        backends.Use(table.Backends);
        routes.Update(table.Routes, table.Clusters);
    }
}
