using System.Security.Authentication;
using ForwardSecretProxy.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace ForwardSecretProxy.Routing;

/// <summary>What is to be said about clusters, and about their entries of <c>Backends</c>, beyond what YARP says.</summary>
internal static class ClusterChecks
{
    private const SslProtocols Spoken = SslProtocols.Tls12 | SslProtocols.Tls13;
    private const string Clusters = "ReverseProxy:Clusters";

    /// <summary>Reports to <paramref name="context"/>.</summary>
    public static void Apply(
        IReadOnlyList<ClusterConfig> clusters, IReadOnlyList<BackendOptions> backends, ConfigurationContext context)
    {
        foreach (var cluster in clusters)
            Check(cluster, context);
        foreach (var backend in backends)
        {
            var cluster = clusters.FirstOrDefault(each =>
                each.ClusterId.Equals(backend.Cluster, StringComparison.OrdinalIgnoreCase));
            if (cluster is null)
                context.Report($"Backends:{backend.Cluster}", $"there is no cluster \"{backend.Cluster}\"",
                    NearestKey.Suggest(backend.Cluster, [.. clusters.Select(each => each.ClusterId)]));
            else
                WarnWithoutTls(backend, cluster, context);
        }
    }

    private static void Check(ClusterConfig cluster, ConfigurationContext context)
    {
        var path = $"{Clusters}:{cluster.ClusterId}:{nameof(ClusterConfig.HttpClient)}";
        if (cluster.HttpClient?.SslProtocols is { } protocols && (protocols & ~Spoken) != 0)
            context.Report($"{path}:{nameof(HttpClientConfig.SslProtocols)}",
                $"{protocols & ~Spoken} is not spoken: what it protects can be read by others", "Keep Tls12 and Tls13.");
        if (cluster.HttpClient?.DangerousAcceptAnyServerCertificate == true)
            Warn(context, $"{path}:{nameof(HttpClientConfig.DangerousAcceptAnyServerCertificate)}",
                $"whoever is between the proxy and the services of cluster \"{cluster.ClusterId}\" can read and change "
                + "everything, for any certificate will do",
                $"Remove it, and set Backends:{cluster.ClusterId}:CaFile to the authority of the services' certificates.");
    }

    private static void WarnWithoutTls(BackendOptions backend, ClusterConfig cluster, ConfigurationContext context)
    {
        // An address that is missing is YARP's to report.
        var isTls = cluster.Destinations?.Values.Any(destination => destination.Address is null
            || destination.Address.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) ?? true;
        if (!isTls && (backend.CaFile ?? backend.ClientCertificate) is not null)
            Warn(context, $"Backends:{backend.Cluster}", "none of the cluster's addresses begins with https://, so its "
                + "files are not used and what goes there is not encrypted", "Correct the addresses, or remove the files.");
    }

    private static void Warn(ConfigurationContext context, string path, string message, string mend) =>
        context.Report(new ConfigurationProblem(path, message, mend) { Severity = ConfigurationProblemSeverity.Warning });
}
