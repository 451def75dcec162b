using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>How the common servers resume no sessions by tickets, or none at all.</summary>
internal static class ResumptionMends
{
    /// <summary>No session tickets.</summary>
    public static IReadOnlyDictionary<string, string> Tickets { get; } = Mends.Of(
        nginx: "ssl_session_tickets off;",
        apache: "SSLSessionTickets off",
        haproxy: "ssl-default-bind-options no-tls-tickets",
        postfix: "tls_ssl_options = NO_TICKET and smtpd_tls_session_cache_timeout = 0",
        dovecot: "ssl_options = no_ticket",
        fsp: "nothing: there are none in TLS 1.2, and in TLS 1.3 they are names of entries in memory");

    /// <summary>Ticket keys that are replaced.</summary>
    public static IReadOnlyDictionary<string, string> TicketKeys { get; } = Mends.Of(
        nginx: "ssl_session_tickets off; or a ssl_session_ticket_key in memory, replaced daily and followed by a reload",
        apache: "SSLSessionTickets off; or a SSLSessionTicketKeyFile in memory, replaced daily and followed by a restart",
        haproxy: "ssl-default-bind-options no-tls-tickets; or tls-ticket-keys with a file in memory, replaced daily",
        postfix: "tls_ssl_options = NO_TICKET; its own keys are replaced by tlsmgr",
        dovecot: "ssl_options = no_ticket",
        fsp: "nothing: there is no ticket key");

    /// <summary>No cached sessions.</summary>
    public static IReadOnlyDictionary<string, string> SessionIds { get; } = Mends.Of(
        nginx: "ssl_session_cache off; or ssl_session_timeout 1h;",
        apache: "SSLSessionCache none; or SSLSessionCacheTimeout 3600",
        haproxy: "tune.ssl.cachesize 0; or tune.ssl.lifetime 3600",
        postfix: "smtpd_tls_session_cache_database = and smtpd_tls_session_cache_timeout = 0",
        dovecot: "nothing: no sessions are cached",
        fsp: "nothing: no session of TLS 1.2 is resumed");
}
