using ForwardSecretProxy.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// Our limits as Kestrel's. Kestrel reads them anew for each request and connection, so the same call at start and at a
/// reload is enough: HTTP/1 takes new ones from the next request on, HTTP/2 from the next connection on.
/// </summary>
internal static class KestrelLimits
{
    /// <summary>Puts <paramref name="limits"/> in force.</summary>
    public static void Apply(KestrelServerLimits kestrel, LimitOptions limits)
    {
        kestrel.MaxRequestBodySize = limits.MaxRequestBodyBytes == 0 ? null : limits.MaxRequestBodyBytes;
        kestrel.RequestHeadersTimeout = limits.RequestHeadersTimeout;
        kestrel.KeepAliveTimeout = limits.KeepAliveTimeout;
        kestrel.MaxRequestLineSize = limits.MaxRequestLineBytes;
        kestrel.MaxRequestHeadersTotalSize = limits.MaxRequestHeadersBytes;
        kestrel.MaxRequestHeaderCount = limits.MaxRequestHeaders;
        kestrel.MinRequestBodyDataRate = Rate(limits.MinRequestBodyRate, limits.RateGracePeriod);
        kestrel.MinResponseDataRate = Rate(limits.MinResponseRate, limits.RateGracePeriod);
        kestrel.Http2.MaxStreamsPerConnection = limits.MaxStreamsPerConnection;
        kestrel.Http2.HeaderTableSize = limits.HeaderTableBytes;
        kestrel.Http2.MaxFrameSize = limits.MaxFrameBytes;
        kestrel.Http2.MaxRequestHeaderFieldSize = limits.MaxRequestHeadersBytes;
    }

    private static MinDataRate? Rate(int bytesPerSecond, TimeSpan gracePeriod) =>
        bytesPerSecond == 0 ? null : new MinDataRate(bytesPerSecond, gracePeriod);
}
