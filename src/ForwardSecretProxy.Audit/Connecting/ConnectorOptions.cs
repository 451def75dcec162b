using System.Net;

namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>How a server is connected to.</summary>
public sealed record ConnectorOptions
{
    /// <summary>
    /// The most that resolving the name, connecting to one address, and the words before TLS may take, each as a whole. Default 5 s:
    /// the second try of a lost SYN comes after 1 s and the third after 3 s (RFC 6298 section 2).
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The only address to connect to; null for those that the name resolves to.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>
    /// The politeness limits. Connectors that may meet at one address (a file of targets) have to share them: give them the same
    /// options.
    /// </summary>
    public ConnectionGates Gates { get; init; } = new();

    /// <summary>
    /// How often a connection is tried once the server has taken one. Default 6, which with <see cref="FirstPause"/> gives a server
    /// that had enough of us some 8 s to recover: enough for a full backlog and for limits by the second, while a ban for minutes
    /// ends the scan soon.
    /// </summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The pause before the second attempt; each after it is twice as long. Default 250 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Finds the addresses of a name; for tests.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;
}
