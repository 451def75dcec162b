namespace ForwardSecretProxy.Audit.Checks;

/// <summary>A key that a server encrypts session tickets with, recognised by its name.</summary>
/// <param name="Name">The first 16 bytes that its tickets share, in hexadecimal (RFC 5077 section 4).</param>
/// <param name="First">When its first ticket was seen.</param>
/// <param name="Last">When its last ticket was seen.</param>
/// <param name="Tickets">How many were seen.</param>
public sealed record TicketKey(string Name, DateTimeOffset First, DateTimeOffset Last, int Tickets)
{
    /// <summary>The time over which it was seen in use: it has lived at least as long.</summary>
    public TimeSpan Observed => Last - First;
}
