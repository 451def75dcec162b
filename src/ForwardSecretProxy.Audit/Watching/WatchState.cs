using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Watching;

/// <summary>
/// What a watch has seen so far, as its file keeps it. Nothing in it opens a session: of tickets it has the first 16 bytes, which
/// name the key they are encrypted with, of key shares what everybody on the way sees, and of sessions their age. The
/// secrets of the sessions that are resumed to learn their age stay in memory, and go with the process.
/// </summary>
internal sealed record WatchState
{
    /// <summary>The format's version. Files of another are refused.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The format's version.</summary>
    public required int Version { get; init; }

    /// <summary>Which server: host, port, name in SNI and protocol before TLS.</summary>
    public required string Server { get; init; }

    /// <summary>When the watch began.</summary>
    public required DateTimeOffset Begun { get; init; }

    /// <summary>How often the server was looked at.</summary>
    public int Looks { get; init; }

    /// <summary>How many handshakes of those did not come about.</summary>
    public int Failed { get; init; }

    /// <summary>Why the last of those did not.</summary>
    public string? LastFailure { get; init; }

    /// <summary>Tickets of TLS 1.2 and before.</summary>
    public IReadOnlyList<TicketSample> Tls12Tickets { get; init; } = [];

    /// <summary>Tickets of TLS 1.3.</summary>
    public IReadOnlyList<TicketSample> Tls13Tickets { get; init; } = [];

    /// <summary>Key shares of all versions.</summary>
    public IReadOnlyList<ShareSample> Shares { get; init; } = [];

    /// <summary>The ages at which a session ID was honoured and refused.</summary>
    public SessionIdObservation SessionIds { get; init; } = new();

    /// <summary>The greatest age in seconds at which a ticket of TLS 1.2 was honoured.</summary>
    public double? TicketHonouredSeconds { get; init; }

    /// <summary>The smallest age in seconds at which a ticket of TLS 1.2 that had been honoured was refused.</summary>
    public double? TicketRefusedSeconds { get; init; }

    /// <summary>Which server an observation is of.</summary>
    public static string ServerOf(EndpointObservation seen) =>
        $"{seen.Host} {seen.Port} {seen.ServerName ?? "-"} {seen.StartTls ?? "-"}";
}
