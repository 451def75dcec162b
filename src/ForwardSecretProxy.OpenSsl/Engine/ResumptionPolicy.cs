namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// TLS 1.3 resumption (RFC 8446 section 2.2): always psk_dhe_ke, always from memory, each ticket good for one use.
/// What is kept cannot open a recorded session, because every resumption makes a fresh ephemeral exchange.
/// </summary>
public sealed record ResumptionPolicy
{
    /// <summary>Whether returning clients may skip the signature. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// The most tickets kept; the oldest goes first. Default 20,000, about 30 MB when full.
    /// </summary>
    public int Capacity { get; init; } = 20_000;

    /// <summary>
    /// How long a ticket is honoured. Default two hours: a returning visitor's sitting, and far below the seven days
    /// that RFC 8446 section 4.6.1 allows.
    /// </summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// Tickets sent after a full handshake, with the first answer. Default 2: a browser opens a second connection soon.
    /// </summary>
    public int TicketsPerHandshake { get; init; } = 2;
}
