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
    /// <c>MaxConnectionsPerClient</c>: open connections of one client, an IPv4 address or an IPv6 network of 64 bits; more
    /// are closed at once, and 0 is no limit. Default 1,000: enough for the hundreds of people that an office or a carrier
    /// has behind one address, and a tenth of what there is. A default does not hold for loopback addresses: those are this
    /// machine's own proxies and tunnels, with everybody behind them. Nor does any for <c>TrustedProxies</c>.
    /// Example: <c>200</c>.
    /// </summary>
    public int? MaxConnectionsPerClient { get; init; }

    /// <summary>
    /// <c>MaxHandshakesPerClientPerSecond</c>: new connections of one client each second, in the long run; five times as
    /// many may come at once, and 0 is no limit. More are closed before they cost a signature. Default 100: what a small
    /// token can sign at all, and far above what a crowd behind one address needs. For whom it holds:
    /// as <see cref="MaxConnectionsPerClient"/>. Example: <c>20</c>.
    /// </summary>
    public int? MaxHandshakesPerClientPerSecond { get; init; }

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
    /// <c>MaxRequestLineBytes</c>: the longest request line: method, target and version, in bytes. Default 8192: what
    /// RFC 9112 section 3 asks for at least, and what most services take at most. Example: <c>16384</c>.
    /// </summary>
    public int MaxRequestLineBytes { get; init; } = 8192;

    /// <summary>
    /// <c>MaxRequestHeadersBytes</c>: the size of all headers of a request together, in bytes; in HTTP/2 after
    /// decompression, so that a small frame cannot unfold into much memory. Default 32768: several times what browsers
    /// with many cookies send. Example: <c>65536</c>.
    /// </summary>
    public int MaxRequestHeadersBytes { get; init; } = 32 * 1024;

    /// <summary>
    /// <c>MaxRequestHeaders</c>: the number of headers of a request. Default 100: browsers send some 20, and each costs
    /// time in everything that looks through them. Example: <c>200</c>.
    /// </summary>
    public int MaxRequestHeaders { get; init; } = 100;

    /// <summary>
    /// <c>MinRequestBodyRate</c>: bytes per second that a body must come with, on average over the time the proxy waits
    /// for the client; 0 is no limit. Default 100, far below the slowest mobile link, so that only a client ends that
    /// holds a connection on purpose. gRPC calls, whose bodies may rest, are not measured. Example: <c>1000</c>.
    /// </summary>
    public int MinRequestBodyRate { get; init; } = 100;

    /// <summary>
    /// <c>MinResponseRate</c>: bytes per second that a client must take an answer with; 0 is no limit. Only the time
    /// counts in which something is waiting to be sent, so that events and streams that rest are safe. Default 100,
    /// for the same reason as above. Example: <c>1000</c>.
    /// </summary>
    public int MinResponseRate { get; init; } = 100;

    /// <summary>
    /// <c>RateGracePeriod</c>: how long a body or an answer may stand still before its rate counts. Default 30 s, which
    /// a train's tunnel takes. At least 2 s, because it is looked at once a second. Example: <c>"10s"</c>.
    /// </summary>
    public TimeSpan RateGracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// <c>MaxStreamsPerConnection</c>: requests in progress at once on an HTTP/2 connection. Default 100, the least that
    /// RFC 9113 section 6.5.2 recommends; twice as many that are begun and cancelled end the connection (rapid reset,
    /// CVE-2023-44487). Example: <c>250</c>.
    /// </summary>
    public int MaxStreamsPerConnection { get; init; } = 100;

    /// <summary>
    /// <c>HeaderTableBytes</c>: memory of a connection's header decompression in HTTP/2 (HPACK), in bytes. Default 4096,
    /// what RFC 7541 begins with. Example: <c>0</c>.
    /// </summary>
    public int HeaderTableBytes { get; init; } = 4096;

    /// <summary>
    /// <c>MaxFrameBytes</c>: the largest HTTP/2 frame that is taken, in bytes. Default 16384, the least that RFC 9113
    /// allows: a larger one is collected in memory before anybody sees it. Example: <c>65536</c>.
    /// </summary>
    public int MaxFrameBytes { get; init; } = 16 * 1024;

    /// <summary>
    /// <c>DrainTimeout</c>: how long requests in progress may go on after SIGTERM; what is open then is closed. Default
    /// 20 s, below the time after which service supervisors kill (systemd: 90 s, Kubernetes: 30 s) and long enough for
    /// ordinary answers.
    /// Example: <c>"5s"</c>.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>What <see cref="MaxConnectionsPerClient"/> comes to; 0 is no limit.</summary>
    public int ConnectionsPerClient(bool isLoopback) => MaxConnectionsPerClient ?? (isLoopback ? 0 : 1_000);

    /// <summary>What <see cref="MaxHandshakesPerClientPerSecond"/> comes to; 0 is no limit.</summary>
    public int HandshakesPerClientPerSecond(bool isLoopback) => MaxHandshakesPerClientPerSecond ?? (isLoopback ? 0 : 100);
}
