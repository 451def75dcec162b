using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>What is kept of a ticket.</summary>
internal static class TicketSamples
{
    /// <summary>As long as the name of a ticket key in every implementation that has such names (RFC 5077 section 4).</summary>
    private const int PrefixLength = 16;

    /// <summary>The sample of a session's ticket.</summary>
    public static TicketSample Of(SavedSession session)
    {
        var ticket = session.Ticket!;
        var prefix = ticket.Ticket.AsSpan(0, Math.Min(PrefixLength, ticket.Ticket.Length));
        return new TicketSample(session.At, Convert.ToHexString(prefix), ticket.Ticket.Length, ticket.Lifetime);
    }
}
