using ForwardSecretProxy.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace ForwardSecretProxy.Routing;

/// <summary>Reads and checks the <c>ReverseProxy</c> section with YARP's own reader and validator.</summary>
internal static class RouteTableReader
{
    private const string Root = "ReverseProxy";

    // Each names something that a host of YARP defines in code; this one defines none. To accept them would mean
    // requests that fail, or go unchecked.
    private static readonly (string Key, Func<RouteConfig, string?> Value, string[] Allowed)[] CodePolicies =
    [
        (nameof(RouteConfig.AuthorizationPolicy), route => route.AuthorizationPolicy, ["Anonymous"]),
        (nameof(RouteConfig.RateLimiterPolicy), route => route.RateLimiterPolicy, ["Disable"]),
        (nameof(RouteConfig.OutputCachePolicy), route => route.OutputCachePolicy, []),
        (nameof(RouteConfig.TimeoutPolicy), route => route.TimeoutPolicy, ["Disable"]),
        (nameof(RouteConfig.CorsPolicy), route => route.CorsPolicy, []),
    ];

    /// <summary>Reads the table; everything wrong with it goes to <paramref name="context"/>.</summary>
    /// <param name="section">The section.</param>
    /// <param name="backends">The entries of <c>Backends</c>.</param>
    /// <param name="context">Takes the problems.</param>
    public static async Task<RouteTable> ReadAsync(
        IConfigurationSection section, IReadOnlyList<BackendOptions> backends, ConfigurationContext context)
    {
        // YARP's reader throws at the first value it cannot read; those have been reported with their path already.
        if (context.Problems.Any(problem => problem.Path.StartsWith(Root, StringComparison.OrdinalIgnoreCase)))
            return RouteTable.Empty;

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddReverseProxy().LoadFromConfig(section);
        await using var provider = services.BuildServiceProvider();

        var config = provider.GetRequiredService<IProxyConfigProvider>().GetConfig();
        var table = new RouteTable(config.Routes, config.Clusters, backends.ToDictionary(
            options => options.Cluster, options => new BackendLoader(options, context).Load(), StringComparer.OrdinalIgnoreCase));
        ClusterChecks.Apply(table.Clusters, backends, context);
        CheckReferences(table, context);
        CheckPolicies(table, context);
        await CheckWithYarpAsync(table, provider.GetRequiredService<IConfigValidator>(), context);
        return table;
    }

    private static void CheckReferences(RouteTable table, ConfigurationContext context)
    {
        if (table.Routes.Count == 0)
        {
            context.Report($"{Root}:Routes", "there is no route, so every request would be answered with 404",
                "Add one, for example \"all\": { \"ClusterId\": \"service\", \"Match\": { \"Path\": \"{**path}\" } }.");
        }

        var clusters = table.Clusters.Select(cluster => cluster.ClusterId).ToList();
        foreach (var route in table.Routes)
        {
            var path = $"{Root}:Routes:{route.RouteId}:ClusterId";
            if (string.IsNullOrEmpty(route.ClusterId))
                context.Report(path, "it is missing", "Set it to the name of a cluster.");
            else if (!clusters.Contains(route.ClusterId, StringComparer.OrdinalIgnoreCase))
                context.Report(path, $"there is no cluster \"{route.ClusterId}\"",
                    NearestKey.Suggest(route.ClusterId, clusters));
        }

        foreach (var cluster in table.Clusters.Where(cluster => cluster.Destinations is null or { Count: 0 }))
        {
            context.Report($"{Root}:Clusters:{cluster.ClusterId}:Destinations", "the cluster has no destination",
                "Add one, for example \"only\": { \"Address\": \"http://127.0.0.1:8080\" }.");
        }
    }

    private static void CheckPolicies(RouteTable table, ConfigurationContext context)
    {
        foreach (var route in table.Routes)
        {
            foreach (var (key, value, allowed) in CodePolicies)
            {
                if (value(route) is { Length: > 0 } policy && !allowed.Contains(policy, StringComparer.OrdinalIgnoreCase))
                    context.Report($"{Root}:Routes:{route.RouteId}:{key}",
                        $"fsp defines no policy \"{policy}\"",
                        allowed.Length == 0 ? "Remove the key." : $"Remove the key, or write \"{allowed[0]}\".");
            }
        }
    }

    private static async Task CheckWithYarpAsync(
        RouteTable table, IConfigValidator validator, ConfigurationContext context)
    {
        foreach (var route in table.Routes.Where(route => !HasForeignPolicy(route)))
            Report(context, $"{Root}:Routes:{route.RouteId}", await validator.ValidateRouteAsync(route));
        foreach (var cluster in table.Clusters)
            Report(context, $"{Root}:Clusters:{cluster.ClusterId}", await validator.ValidateClusterAsync(cluster));
    }

    // Reported above, better than YARP does.
    private static bool HasForeignPolicy(RouteConfig route) => CodePolicies.Any(policy =>
        policy.Value(route) is { Length: > 0 } value
        && !policy.Allowed.Contains(value, StringComparer.OrdinalIgnoreCase));

    private static void Report(ConfigurationContext context, string path, IEnumerable<Exception> errors)
    {
        foreach (var error in errors)
            context.Report(path, error.Message.TrimEnd('.'), "YARP refuses it: correct what it names.");
    }
}
