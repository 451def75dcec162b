using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>What it takes to resume a session. It has the session's secret, and never leaves memory.</summary>
/// <param name="Version">The version it was made in.</param>
/// <param name="Suite">The suite it was made with.</param>
/// <param name="Secret">The master secret, or in TLS 1.3 the ticket's secret.</param>
/// <param name="At">When the ticket came, or the handshake ended.</param>
internal sealed record SavedSession(TlsVersion Version, CipherSuite Suite, byte[] Secret, DateTimeOffset At)
{
    /// <summary>The server's session ID in TLS 1.2 and before; empty when it gave none.</summary>
    public byte[] SessionId { get; init; } = [];

    /// <summary>The ticket, if there is one. A session of TLS 1.2 may have an ID beside it.</summary>
    public NewSessionTicket? Ticket { get; init; }

    /// <summary>RFC 7627: then the second handshake has to ask for it, too.</summary>
    public bool HasExtendedMasterSecret { get; init; }

    /// <summary>The same without its ticket, to be resumed by its ID.</summary>
    public SavedSession ById() => this with { Ticket = null };

    /// <summary>The same without its ID, to be resumed by its ticket.</summary>
    public SavedSession ByTicket() => this with { SessionId = [] };
}
