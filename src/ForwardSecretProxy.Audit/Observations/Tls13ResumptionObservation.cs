namespace ForwardSecretProxy.Audit.Observations;

/// <summary>Resumption in TLS 1.3.</summary>
public sealed record Tls13ResumptionObservation
{
    /// <summary>Whether the server issues tickets.</summary>
    public Answer Issued { get; init; }

    /// <summary>Whether a ticket resumes with a fresh key exchange (psk_dhe_ke).</summary>
    public Answer ResumesWithKeyExchange { get; init; }

    /// <summary>Whether a ticket resumes without one (psk_ke): then whoever can open the ticket can open the session.</summary>
    public Answer ResumesWithoutKeyExchange { get; init; }

    /// <summary>Whether the same ticket resumed a second time.</summary>
    public Answer ResumesTwice { get; init; }

    /// <summary>Whether the server accepts data in the first flight, which has no fresh key exchange (RFC 8446 section 2.3).</summary>
    public Answer AcceptsEarlyData { get; init; }

    /// <summary>The max_early_data_size of the tickets, in bytes; 0 when they do not allow any.</summary>
    public uint MaxEarlyData { get; init; }

    /// <summary>Those that were seen, in the order of time.</summary>
    public IReadOnlyList<TicketSample> Samples { get; init; } = [];
}
