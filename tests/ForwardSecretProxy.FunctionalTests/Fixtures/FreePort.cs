using System.Net;
using System.Net.Sockets;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>Loopback ports that nobody listens on.</summary>
internal static class FreePort
{
    /// <summary>A port that was free a moment ago; the kernel picks among thousands, so it stays free long enough.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
