using Yarp.ReverseProxy.Configuration;

namespace ForwardSecretProxy.Routing;

/// <summary>Which request goes to which service, checked and immutable.</summary>
/// <param name="Routes">YARP's routes.</param>
/// <param name="Clusters">YARP's clusters.</param>
internal sealed record RouteTable(IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters)
{
    /// <summary>No route at all.</summary>
    public static RouteTable Empty { get; } = new([], []);
}
