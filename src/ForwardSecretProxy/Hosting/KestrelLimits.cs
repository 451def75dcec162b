using ForwardSecretProxy.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ForwardSecretProxy.Hosting;

/// <summary>Our limits in Kestrel's terms. Kestrel looks at them when a connection or a request begins.</summary>
internal static class KestrelLimits
{
    /// <summary>Writes <paramref name="limits"/> to <paramref name="kestrel"/>, at the start and at a reload alike.</summary>
    public static void Apply(LimitOptions limits, KestrelServerLimits kestrel)
    {
        kestrel.MaxRequestBodySize = limits.MaxRequestBodyBytes == 0 ? null : limits.MaxRequestBodyBytes;
        kestrel.RequestHeadersTimeout = limits.RequestHeadersTimeout;
        kestrel.KeepAliveTimeout = limits.KeepAliveTimeout;
    }
}
