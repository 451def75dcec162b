using System.Net;
using ForwardSecretProxy.OpenSsl.Engine;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ForwardSecretProxy.Listeners;

/// <summary>How Kestrel is given listeners that terminate TLS with our engine.</summary>
internal static class TlsListenerExtensions
{
    /// <summary>Registers the transport that <see cref="ListenTls"/> needs.</summary>
    /// <param name="services">Kestrel's container.</param>
    /// <param name="limits">How many handshakes all listeners together run and queue.</param>
    /// <param name="maxConnections">How many client connections there may be at once.</param>
    public static IServiceCollection AddTlsListeners(
        this IServiceCollection services, HandshakeLimits limits, int maxConnections) => services
        .AddSingleton(new ConnectionLimit(maxConnections))
        .AddSingleton(new HandshakeAdmission(limits.MaxConcurrent, limits.MaxQueued))
        .AddSingleton<IConnectionListenerFactory, TlsConnectionListenerFactory>();

    /// <summary>
    /// Serves HTTP/1.1 and HTTP/2 over TLS on <paramref name="address"/>. A connection's
    /// <see cref="TlsSessionInfo"/> is among its features.
    /// </summary>
    public static void ListenTls(this KestrelServerOptions kestrel, IPEndPoint address, TlsServer server) =>
        kestrel.Listen(new TlsEndPoint(address, server));
}
