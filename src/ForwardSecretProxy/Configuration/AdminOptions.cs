using System.Net;

namespace ForwardSecretProxy.Configuration;

/// <summary>
/// The <c>Admin</c> section: where the running proxy can be looked at. Without the section there is no such listener.
/// Read at start only: a change of it needs a restart.
/// </summary>
internal sealed record AdminOptions
{
    /// <summary>
    /// <c>Address</c>: a loopback address and a port, or a Unix socket. No default. Examples: <c>"127.0.0.1:9090"</c>,
    /// <c>"unix:/run/fsp/admin.sock"</c>.
    /// </summary>
    public required EndPoint Address { get; init; }

    /// <summary>
    /// <c>AllowAnyAddress</c>: whether <see cref="Address"/> may be one that other machines reach. Default false,
    /// because nobody is asked for a password there: it shows names, keys and load to whoever can connect. True is for
    /// containers, whose probes and scrapers come from outside and are kept in by a network policy.
    /// </summary>
    public bool AllowAnyAddress { get; init; }

    /// <summary>
    /// <c>OtlpEndpoint</c>: the URL of an OpenTelemetry collector to which the metrics are sent once a minute
    /// (OTLP over HTTP); <c>/v1/metrics</c> is added when it has no path. Default none: nothing leaves the machine by
    /// itself. Example: <c>"http://127.0.0.1:4318"</c>.
    /// </summary>
    public Uri? OtlpEndpoint { get; init; }
}
