using System.Collections.Concurrent;
using System.Security.Authentication;
using Yarp.ReverseProxy.Forwarder;

namespace ForwardSecretProxy.Routing;

/// <summary>Makes each cluster's HTTP client, and a new one when its entry of <c>Backends</c> changes.</summary>
/// <param name="limit">How many connections all clients together may have.</param>
/// <param name="routes">The first routes.</param>
/// <param name="logger">What YARP says about clients.</param>
internal sealed class BackendClientFactory(
    BackendLimit limit, RouteTable routes, ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    private readonly ConcurrentDictionary<string, Backend> _made = new(StringComparer.OrdinalIgnoreCase);
    private volatile IReadOnlyDictionary<string, Backend> _backends = routes.Backends;

    /// <summary>Uses these from now on. YARP asks for clients when it is given routes: this comes before.</summary>
    public void Use(IReadOnlyDictionary<string, Backend> backends) => _backends = backends;

    /// <inheritdoc/>
    protected override bool CanReuseOldClient(ForwarderHttpClientContext context) =>
        base.CanReuseOldClient(context)
        && _made.TryGetValue(context.ClusterId, out var made) && made.IsSameAs(Find(context.ClusterId));

    /// <inheritdoc/>
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        var backend = _made[context.ClusterId] = Find(context.ClusterId);
        handler.ConnectTimeout = backend.ConnectTimeout;
        handler.ConnectCallback = new BackendConnector(limit, backend.ConnectTimeout).ConnectAsync;
        // No trace headers of our own: nobody asked for them, and each request would make an object to carry them.
        handler.ActivityHeadersPropagator = null;
        var tls = handler.SslOptions;
        tls.CertificateChainPolicy = backend.ChainPolicy();
        tls.ClientCertificateContext = backend.ClientCertificate;
        if (tls.EnabledSslProtocols == SslProtocols.None)
            tls.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
    }

    private Backend Find(string cluster) => _backends.GetValueOrDefault(cluster, Backend.Default);
}
