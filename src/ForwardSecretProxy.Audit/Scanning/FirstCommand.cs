using System.Text;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>
/// What a client of each protocol may say first, and what changes nothing: it makes the server speak, and with its first words
/// some servers send their tickets.
/// </summary>
internal static class FirstCommand
{
    // A search for the root DSE's attribute objectClass (RFC 4511 section 4.5.1): what is there for everybody (RFC 4512 section 5.1).
    private static readonly byte[] LdapSearch =
    [
        0x30, 0x25, 2, 1, 1, 0x63, 0x20, 4, 0, 0x0A, 1, 0, 0x0A, 1, 0, 2, 1, 0, 2, 1, 0, 1, 1, 0,
        0x87, 0x0B, .. "objectClass"u8, 0x30, 0,
    ];

    // A StartupMessage of protocol 3.0 that names no user, which is refused at once (PostgreSQL's manual, "Message Formats").
    private static readonly byte[] PostgresStartup = [0, 0, 0, 9, 0, 3, 0, 0, 0];

    /// <summary>The words for a server: those of its protocol as <c>--starttls</c>, its port or ALPN tell it, otherwise a request of HTTP.</summary>
    /// <remarks>Nobody takes a request of HTTP for something else, and hardly any server has no answer to it.</remarks>
    public static byte[] For(EndpointObservation seen) => ProtocolOf(seen) switch
    {
        StartTlsProtocol.Smtp => "EHLO fsp-audit.invalid\r\n"u8.ToArray(),
        StartTlsProtocol.Imap => "a CAPABILITY\r\n"u8.ToArray(),
        StartTlsProtocol.Pop3 => "CAPA\r\n"u8.ToArray(),
        StartTlsProtocol.Sieve => "CAPABILITY\r\n"u8.ToArray(),
        StartTlsProtocol.Xmpp => Stream(seen, "jabber:client"),
        StartTlsProtocol.XmppServer => Stream(seen, "jabber:server"),
        StartTlsProtocol.Ldap => LdapSearch,
        StartTlsProtocol.Postgres => PostgresStartup,
        _ => Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {seen.ServerName ?? seen.Host}\r\n\r\n"),
    };

    private static StartTlsProtocol? ProtocolOf(EndpointObservation seen)
    {
        if (StartTlsProtocols.TryParse(seen.StartTls, out var protocol))
            return protocol;
        return seen.Port switch
        {
            465 => StartTlsProtocol.Smtp,
            636 => StartTlsProtocol.Ldap,
            993 => StartTlsProtocol.Imap,
            995 => StartTlsProtocol.Pop3,
            5223 => StartTlsProtocol.Xmpp,
            _ => seen.ApplicationProtocols.Select(Named).FirstOrDefault(named => named is not null),
        };
    }

    private static StartTlsProtocol? Named(string applicationProtocol) => applicationProtocol switch
    {
        "smtp" => StartTlsProtocol.Smtp,
        "imap" => StartTlsProtocol.Imap,
        "pop3" => StartTlsProtocol.Pop3,
        "managesieve" => StartTlsProtocol.Sieve,
        "xmpp-client" => StartTlsProtocol.Xmpp,
        "xmpp-server" => StartTlsProtocol.XmppServer,
        "postgresql" => StartTlsProtocol.Postgres,
        _ => null,
    };

    // RFC 6120 section 5.4.3.3: after TLS the stream begins anew. Names have no character that XML would take for its own.
    private static byte[] Stream(EndpointObservation seen, string content) => Encoding.ASCII.GetBytes(
        $"<?xml version='1.0'?><stream:stream to='{seen.ServerName ?? seen.Host}' version='1.0' xmlns='{content}' xmlns:stream='http://etherx.jabber.org/streams'>");
}
