namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>What a client that has not finished its handshake may cost.</summary>
public sealed record HandshakeLimits
{
    /// <summary>
    /// From accept to the end of the handshake. Default 10 s: several times what the slowest mobile link and a queue
    /// for a slow token need, and short enough that idle half-open connections do not pile up.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes a client may send before its ClientHello is complete. Default 16 KiB: one TLS record, ten times what a
    /// browser with a hybrid key share sends.
    /// </summary>
    public int MaxClientHelloBytes { get; init; } = 16 * 1024;

    /// <summary>
    /// Handshakes in progress at once, in the whole server. Default 1,024: beyond it more would only wait longer for
    /// the same processor and token.
    /// </summary>
    public int MaxConcurrent { get; init; } = 1024;

    /// <summary>
    /// Accepted connections that may wait for a place among <see cref="MaxConcurrent"/>; more are closed at once.
    /// Default 4,096: a burst of reconnecting clients, bounded.
    /// </summary>
    public int MaxQueued { get; init; } = 4096;
}
