using System.Net;
using ForwardSecretProxy.OpenSsl.Engine;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ForwardSecretProxy.Listeners;

/// <summary>How Kestrel is given listeners that terminate TLS with our engine.</summary>
internal static class TlsListenerExtensions
{
    /// <summary>Registers the transport that <see cref="ListenTls"/> needs.</summary>
    public static IServiceCollection AddTlsListeners(this IServiceCollection services) => services;

    /// <summary>
    /// Serves HTTP/1.1 and HTTP/2 over TLS on <paramref name="address"/>. A connection's
    /// <see cref="TlsSessionInfo"/> is among its features.
    /// </summary>
    public static void ListenTls(this KestrelServerOptions kestrel, IPEndPoint address, TlsServer server) =>
        kestrel.Listen(address);
}
