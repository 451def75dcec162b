using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Routing;

/// <summary>
/// How YARP's HTTP client reaches a backend: on our own pollers, where .NET's sockets would hand every answer from
/// their thread to the pool.
/// </summary>
internal static class BackendConnection
{
    /// <summary>Sets <paramref name="handler"/> up.</summary>
    public static void Configure(SocketsHttpHandler handler)
    {
        handler.ConnectCallback = ConnectAsync;
        // No trace headers of our own: nobody asked for them, and each request would make an object to carry them.
        handler.ActivityHeadersPropagator = null;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var address)
            ? [address]
            : await Dns.GetHostAddressesAsync(host, cancellationToken);
        SocketException? refusal = null;
        foreach (var each in addresses)
        {
            try
            {
                return new BackendStream(
                    await PolledSocket.ConnectAsync(new IPEndPoint(each, context.DnsEndPoint.Port), cancellationToken));
            }
            catch (SocketException exception)
            {
                refusal = exception;
            }
        }

        throw refusal ?? new SocketException((int)SocketError.HostNotFound);
    }
}
