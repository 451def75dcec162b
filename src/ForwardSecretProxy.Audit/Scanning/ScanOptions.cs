using System.Net;
using ForwardSecretProxy.Audit.Connecting;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>How a scan goes about it.</summary>
public sealed record ScanOptions
{
    /// <summary>The most probes at once. Default 8: more hardly makes a scan faster, and servers limit the connections of one client.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>The most that one probe waits for its answer. Default 5 s, as a connection may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The most that a scan may take. After it nothing is asked any more: the scan ends with what it has, at the latest when the
    /// questions that are under way have had their <see cref="Timeout"/>. Default 2 minutes, several times what a slow server with
    /// every version and suite takes.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How many of the server's key shares are compared, for each version and group. Default 16: with several processes behind one
    /// address each is met more than once.
    /// </summary>
    public int Samples { get; init; } = 16;

    /// <summary>The name to send in SNI; null for the target's own.</summary>
    public string? ServerName { get; init; }

    /// <summary>The only address to connect to; null for those that the name resolves to.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The politeness limits, which scans that may meet at one address share; null for limits of the scan's own.</summary>
    public ConnectionGates? Gates { get; init; }

    /// <summary>The pause before a server that had enough is asked again, each after it twice as long; for tests.</summary>
    internal TimeSpan FirstPause { get; init; } = new ConnectorOptions().FirstPause;
}
