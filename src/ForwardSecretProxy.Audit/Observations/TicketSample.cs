namespace ForwardSecretProxy.Audit.Observations;

/// <summary>A session ticket, as one connection got it. Nothing in it opens a session: only its first bytes are kept.</summary>
/// <param name="At">When it came.</param>
/// <param name="Prefix">
/// The first 16 bytes in hexadecimal. Where several tickets share them they are the name of the key that
/// the server encrypts its tickets with (RFC 5077 section 4).
/// </param>
/// <param name="Length">The ticket's length in bytes.</param>
/// <param name="LifetimeHint">How long the server says it is good, in seconds.</param>
public sealed record TicketSample(DateTimeOffset At, string Prefix, int Length, uint LifetimeHint);
