using Yarp.ReverseProxy.Configuration;

namespace ForwardSecretProxy.Routing;

/// <summary>Which request goes to which service, checked and immutable.</summary>
/// <param name="Routes">YARP's routes.</param>
/// <param name="Clusters">YARP's clusters.</param>
/// <param name="Backends">What <c>Backends</c> says, by the cluster's name in any case.</param>
internal sealed record RouteTable(
    IReadOnlyList<RouteConfig> Routes,
    IReadOnlyList<ClusterConfig> Clusters,
    IReadOnlyDictionary<string, Backend> Backends)
{
    /// <summary>No route at all.</summary>
    public static RouteTable Empty { get; } = new([], [], new Dictionary<string, Backend>());
}
