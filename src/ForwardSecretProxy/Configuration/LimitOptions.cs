namespace ForwardSecretProxy.Configuration;

/// <summary>The <c>Limits</c> section: what clients may cost, and how long a stop may take.</summary>
internal sealed record LimitOptions
{
    /// <summary>
    /// <c>MaxConnections</c>: open client connections, in the whole server; more are closed at once. Default 10,000,
    /// because each takes two file descriptors and some 50 KB: it fits a small machine and ordinary descriptor limits.
    /// Example: <c>50000</c>.
    /// </summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>
    /// <c>MaxRequestBodyBytes</c>: the largest request body, in bytes; 0 is no limit. Default 0: bodies are streamed,
    /// never collected, so what is too large is the service's own decision. Example: <c>104857600</c>.
    /// </summary>
    public long MaxRequestBodyBytes { get; init; }

    /// <summary>
    /// <c>RequestHeadersTimeout</c>: from a request's first byte to the end of its headers. Default 30 s: generous to
    /// a slow link, and the end of a client that drips headers to hold a connection. Example: <c>"10s"</c>.
    /// </summary>
    public TimeSpan RequestHeadersTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// <c>KeepAliveTimeout</c>: how long an idle connection stays open. Default 130 s, longer than the two minutes
    /// that common clients wait, so that the client closes first and no request meets a closing connection.
    /// Example: <c>"60s"</c>.
    /// </summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>
    /// <c>DrainTimeout</c>: how long requests in progress may go on after SIGTERM; what is open then is closed. Default
    /// 20 s, below the time after which service supervisors kill (systemd: 90 s, Kubernetes: 30 s) and long enough for
    /// ordinary answers.
    /// Example: <c>"5s"</c>.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
