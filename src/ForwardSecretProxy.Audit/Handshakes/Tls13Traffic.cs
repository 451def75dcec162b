using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>What is left of a handshake of TLS 1.3 when it is over: the secrets of both directions, and of tickets.</summary>
/// <param name="schedule">At its last stage.</param>
/// <param name="suite">The suite.</param>
/// <param name="client">The client's traffic secret.</param>
/// <param name="server">The server's traffic secret.</param>
/// <param name="resumption">The resumption secret.</param>
internal sealed class Tls13Traffic(KeySchedule schedule, CipherSuite suite, byte[] client, byte[] server, byte[] resumption)
{
    private byte[] _client = client;
    private byte[] _server = server;

    /// <summary>Encryption after the server's KeyUpdate.</summary>
    public Tls13Protection NextReading() => Protect(_server = schedule.Next(_server));

    /// <summary>Encryption after the client's KeyUpdate.</summary>
    public Tls13Protection NextWriting() => Protect(_client = schedule.Next(_client));

    /// <summary>The session of a ticket.</summary>
    public SavedSession Save(NewSessionTicket ticket, DateTimeOffset at) =>
        new(TlsVersion.Tls13, suite, schedule.TicketSecret(resumption, ticket.Nonce), at) { Ticket = ticket };

    private Tls13Protection Protect(byte[] secret) => schedule.Protect(SuiteCipher.Find(suite)!, secret);
}
