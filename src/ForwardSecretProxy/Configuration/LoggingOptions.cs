namespace ForwardSecretProxy.Configuration;

/// <summary>
/// The <c>Logging</c> section. By default nothing tells who a client is or what it asks for: what is not written can
/// neither be stolen nor demanded.
/// </summary>
internal sealed record LoggingOptions
{
    /// <summary>
    /// <c>ClientAddresses</c>: how much of a client's address is in lines about requests and handshakes: <c>none</c>,
    /// <c>truncated</c> (to /24 of IPv4 and /48 of IPv6) or <c>full</c>. Default <c>none</c>. Example:
    /// <c>"truncated"</c>.
    /// </summary>
    public LoggedAddress ClientAddresses { get; init; }

    /// <summary>
    /// <c>Requests</c>: whether each request has a line: <c>none</c>, <c>summary</c> (method, status, protocol, listener,
    /// route, bytes, duration) or <c>paths</c> (the path too, without the query). Default <c>none</c>. Example:
    /// <c>"summary"</c>.
    /// </summary>
    public LoggedRequest Requests { get; init; }

    /// <summary>
    /// <c>Format</c>: <c>text</c>, a line for people, or <c>json</c>, one object a line for programs. Default
    /// <c>text</c>. Example: <c>"json"</c>.
    /// </summary>
    public LogFormat Format { get; init; }

    /// <summary>
    /// <c>Target</c>: <c>stderr</c>, or <c>journald</c>: stderr too, but each line begins with its priority as
    /// sd-daemon(3) has it and has no time, since the journal keeps both. Default <c>stderr</c>, because containers and
    /// terminals show what they get. Example: <c>"journald"</c>.
    /// </summary>
    public LogTarget Target { get; init; }

    /// <summary>The section itself, whose <c>LogLevel</c> is that of any .NET host.</summary>
    public required IConfiguration Section { get; init; }

    /// <summary>Whether there is nothing that a line may not tell.</summary>
    public bool TellsEverything => Requests == LoggedRequest.Paths && ClientAddresses == LoggedAddress.Full;
}

/// <summary>How much of an address is written.</summary>
internal enum LoggedAddress
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The network it is in.</summary>
    Truncated,

    /// <summary>All of it.</summary>
    Full,
}

/// <summary>How much of a request is written.</summary>
internal enum LoggedRequest
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>That there was one, and how it went.</summary>
    Summary,

    /// <summary>Its path as well.</summary>
    Paths,
}

/// <summary>What a line is.</summary>
internal enum LogFormat
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>A JSON object.</summary>
    Json,
}

/// <summary>Who reads the lines.</summary>
internal enum LogTarget
{
    /// <summary>Whoever holds the other end of stderr.</summary>
    Stderr,

    /// <summary>The systemd journal, at the other end of stderr.</summary>
    Journald,
}
