namespace ForwardSecretProxy.Configuration;

/// <summary>
/// What a listener of one of the mail protocols, or of plain TCP, relays to. The keys stand in the listener's own entry.
/// </summary>
internal sealed record RelayOptions
{
    /// <summary><c>Protocol</c>: what clients and backend speak.</summary>
    public required RelayProtocol Protocol { get; init; }

    /// <summary>
    /// <c>Tls</c>: <c>implicit</c>, the default, begins with the handshake (RFC 8314 section 3 prefers it); <c>starttls</c>
    /// begins in the clear and changes to TLS at the client's command. <c>StartTls</c> says how much is said before that:
    /// <c>required</c>, the default, next to nothing, and not by the backend; <c>opportunistic</c>, for the public port 25
    /// only, whole messages: most senders on the Internet would rather deliver in the clear than not at all.
    /// </summary>
    public StartTlsMode StartTls { get; init; }

    /// <summary>
    /// <c>Backend</c>: where it goes; one address or a list. A host's name is looked up for each connection. Example:
    /// <c>"127.0.0.1:143"</c>, <c>"unix:/run/mail.sock"</c> or <c>[ "10.0.0.1:143", "10.0.0.2:143" ]</c>.
    /// </summary>
    public required IReadOnlyList<BackendAddress> Backends { get; init; }

    /// <summary>
    /// <c>ServerNames</c>: other backends for clients that ask for these names (SNI); <c>*.example.com</c> stands for one
    /// label. Default: none; all go to <c>Backend</c>. Example: <c>{ "imap.example.org": "10.0.0.7:143" }</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<BackendAddress>> ServerNames { get; init; }

    /// <summary>
    /// <c>Balancing</c>: which of several backends gets the next connection: <c>round-robin</c>, the default, each in turn,
    /// or <c>least-connections</c>, the one with the fewest, for sessions that last (IMAP).
    /// </summary>
    public Balancing Balancing { get; init; }

    /// <summary>
    /// <c>BackendTls</c>: whether the backend speaks TLS from the first byte. Its certificate is verified, always. Default
    /// <c>false</c>: most are on the same machine.
    /// </summary>
    public bool BackendTls { get; init; }

    /// <summary>
    /// <c>BackendName</c>: the name that its certificate must be for. Default: the host of its address.
    /// </summary>
    public string? BackendName { get; init; }

    /// <summary>
    /// <c>BackendCaFile</c>: a PEM file with the only authorities that may have issued that certificate. Default: those that
    /// the system trusts.
    /// </summary>
    public string? BackendCaFile { get; init; }

    /// <summary>
    /// <c>ProxyProtocol</c>: the header that tells the backend for whom the proxy connects: <c>v1</c>, <c>v2</c> (which also
    /// says what TLS agreed on), or <c>none</c>, the default: a backend that does not expect it would take it for a command.
    /// </summary>
    public ProxyProtocol ProxyProtocol { get; init; }

    /// <summary>
    /// <c>ConnectTimeout</c>: how long connecting may take, all backends together. Default 10 s: three lost SYN packets
    /// (RFC 6298) still get through.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// <c>IdleTimeout</c>: how long neither side may say anything. Default: a little more than the least that the
    /// protocol's RFC asks of servers, so that the backend's own time-out comes first: imap and sieve 31 m (RFC 9051 section
    /// 5.4), pop3 11 m (RFC 1939 section 3), smtp and tcp 10 m (RFC 5321 section 4.5.3.2.6).
    /// </summary>
    public required TimeSpan IdleTimeout { get; init; }

    /// <summary>
    /// <c>HealthCheck</c>: how it is found out whether a backend is there: <c>connect</c>, <c>greeting</c> (of a mail server)
    /// or <c>none</c>. Default with several backends: <c>greeting</c>, <c>connect</c> for tcp; with one: <c>none</c>, because
    /// there is no choice to make.
    /// </summary>
    public HealthCheck HealthCheck { get; init; }

    /// <summary><c>HealthInterval</c>: the time between two checks of a backend. Default 10 s.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// <c>ApplicationProtocols</c>: the ALPN names (RFC 7301) that are agreed to; a client that offers others only is
    /// refused, so that nobody can be led from one service to another (ALPACA). Default by protocol: <c>imap</c>,
    /// <c>pop3</c>, <c>managesieve</c>, <c>smtp</c>; for tcp none, and ALPN is not looked at.
    /// </summary>
    public required IReadOnlyList<string> ApplicationProtocols { get; init; }

    /// <summary>
    /// <c>BareNewlines</c>: what is done in SMTP messages about line ends that are only half of one (RFC 5321 section
    /// 2.3.8). <c>neutralize</c>, the default: what could be taken for the end of the message and is not is changed so that
    /// nobody takes it for one; all else stays. <c>refuse</c>: the message is refused and the connection closed.
    /// </summary>
    public bool RefusesBareNewlines { get; init; }

    /// <summary>
    /// <c>HostName</c>: the name in the proxy's own greeting before STARTTLS. Default: the first name of the listener's first
    /// certificate. Example: <c>"mail.example.com"</c>.
    /// </summary>
    public string? HostName { get; init; }
}

/// <summary>What is relayed.</summary>
internal enum RelayProtocol
{
    /// <summary>Bytes.</summary>
    Tcp,

    /// <summary>RFC 5321.</summary>
    Smtp,

    /// <summary>RFC 9051, and RFC 3501.</summary>
    Imap,

    /// <summary>RFC 1939.</summary>
    Pop3,

    /// <summary>ManageSieve, RFC 5804.</summary>
    Sieve,
}

/// <summary>When TLS begins.</summary>
internal enum StartTlsMode
{
    /// <summary>At once.</summary>
    Implicit,

    /// <summary>At the client's command, before anything else.</summary>
    Required,

    /// <summary>At the client's command, if it wants to.</summary>
    Opportunistic,
}

/// <summary>Which backend is next.</summary>
internal enum Balancing
{
    /// <summary>Each in turn.</summary>
    RoundRobin,

    /// <summary>The one with the fewest connections.</summary>
    LeastConnections,
}

/// <summary>The version of the PROXY protocol that is spoken to a backend.</summary>
internal enum ProxyProtocol
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>One line of text.</summary>
    V1,

    /// <summary>Binary, with additions.</summary>
    V2,
}

/// <summary>How a backend is checked.</summary>
internal enum HealthCheck
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>It accepts.</summary>
    Connect,

    /// <summary>It greets as a mail server does that takes clients.</summary>
    Greeting,
}
