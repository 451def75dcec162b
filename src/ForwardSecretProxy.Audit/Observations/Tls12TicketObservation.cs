namespace ForwardSecretProxy.Audit.Observations;

/// <summary>Session tickets of TLS 1.2 and before, in which the session's master secret travels (RFC 5077).</summary>
public sealed record Tls12TicketObservation
{
    /// <summary>Whether the server issues them.</summary>
    public Answer Issued { get; init; }

    /// <summary>Whether a ticket leads to an abbreviated handshake.</summary>
    public Answer Resumes { get; init; }

    /// <summary>Whether the same ticket did so a second time.</summary>
    public Answer ResumesTwice { get; init; }

    /// <summary>The greatest age, in seconds, at which a ticket was seen to resume; only a watch sees more than moments.</summary>
    public double? HonouredSeconds { get; init; }

    /// <summary>The smallest age, in seconds, at which a ticket that had resumed earlier was seen to be refused.</summary>
    public double? RefusedSeconds { get; init; }

    /// <summary>Those that were seen, in the order of time.</summary>
    public IReadOnlyList<TicketSample> Samples { get; init; } = [];
}
