namespace ForwardSecretProxy.Audit.Observations;

/// <summary>Resumption by session ID: the server keeps the master secret (RFC 5246 section 7.3).</summary>
public sealed record SessionIdObservation
{
    /// <summary>Whether the server gives its sessions an ID.</summary>
    public Answer Assigned { get; init; }

    /// <summary>Whether a session ID leads to an abbreviated handshake.</summary>
    public Answer Resumes { get; init; }

    /// <summary>The greatest age, in seconds, at which a session was seen to be resumed.</summary>
    public double? HonouredSeconds { get; init; }

    /// <summary>The smallest age, in seconds, at which a session that had resumed earlier was seen to be refused.</summary>
    public double? RefusedSeconds { get; init; }
}
