using System.Diagnostics.CodeAnalysis;
using Yarp.ReverseProxy.Configuration;

namespace ForwardSecretProxy.Routing;

/// <summary>The routes of a running server, which a reload changes.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class LiveRoutes(InMemoryConfigProvider routes, BackendClientFactory backends)
{
    /// <summary>
    /// Serves <paramref name="table"/> from now on. Requests that run go on as they began; a cluster keeps its
    /// connections unless what they are made with has changed.
    /// </summary>
    public void Apply(RouteTable table)
    {
        // YARP asks for clients when it is given clusters.
        backends.Use(table.Backends);
        routes.Update(table.Routes, table.Clusters);
    }
}
