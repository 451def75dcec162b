using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>Whether tickets carry sessions' secrets under a key that lives long.</summary>
internal sealed class TicketCheck : ServiceCheck
{
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "config-session-tickets", "No ticket key outlives its day",
        "A TLS 1.2 session ticket carries the session's master secret, encrypted with a key of the server's. Whoever gets that key reads "
        + "every recorded session that a ticket was given out in, however ephemeral its key exchange was.",
        ["RFC 5077, section 5.5", "RFC 9325, section 3.4 (ticket keys: changed regularly, such as every week)", "RFC 8446, appendix F.1",
            "Springall, Durumeric, Halderman: Measuring the Security Harm of TLS Crypto Shortcuts (IMC 2016)"],
        new Dictionary<string, string>
        {
            ["nginx"] = "ssl_session_tickets off; or, with TLS 1.2 gone, leave them on without ssl_session_ticket_key.",
            ["apache"] = "SSLSessionTickets off, and no SSLSessionTicketKeyFile.",
            ["haproxy"] = "ssl-default-bind-options no-tls-tickets, and no tls-ticket-keys.",
            ["postfix"] = "Nothing, if the keys are rotated; tls_ssl_options = NO_TICKET turns tickets off.",
            ["dovecot"] = "ssl_options = no_ticket",
            ["fsp"] = "Nothing: there are no TLS 1.2 tickets and no ticket keys.",
        });

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen)
    {
        var tickets = service.Tickets;
        if (tickets.Issued.Value == Answer.No) return [Pass("No session tickets are given out, or TLS 1.3's refer to the server's memory")];
        if (!service.SpeaksTls12)
        {
            // OpenSSL takes psk_ke, which makes none, only from a program that asks for it (SSL_OP_ALLOW_NO_DHE_KEX): none of these.
            return [Find(FindingLevel.Note, "Tickets are given out in TLS 1.3 only, where every resumption makes a new key exchange",
                tickets.Issued.Location, service)];
        }
        return tickets.KeyLife switch
        {
            TicketKeyLife.Files => tickets.KeyFiles.Select(file => JudgeFile(file, seen.At, service)),
            TicketKeyLife.Rotated => [JudgeRotated(tickets, service)],
            TicketKeyLife.OneConnection => [Find(FindingLevel.Note,
                $"Tickets are given out, and nobody keeps their keys: {tickets.KeyLifeText}",
                tickets.Issued.Location, service)],
            _ => [Find(FindingLevel.Warning, $"TLS 1.2 tickets are on, and their key may live for long: {tickets.KeyLifeText}",
                tickets.Issued.Location, service, PastSessions.MayBeOpen) with { Evidence = Source(tickets) }],
        };
    }

    private Finding JudgeFile(TicketKeyFile file, DateTimeOffset now, ServiceObservation service)
    {
        if (file.Problem is { } problem || file.WrittenAt is not { } written)
        {
            return Find(FindingLevel.Unexamined, $"The ticket keys in {file.Path} could not be looked at: {file.Problem}",
                file.Location, service, PastSessions.MayBeOpen);
        }
        var age = now - written;
        List<string> evidence =
            [$"last written {Duration.ToText(age)} ago", $"mode: {file.Mode}",
                .. file.IsWorldReadable ? ["every user of the machine may read it"] : (string[])[]];
        if (age > LongestLife)
        {
            return Find(FindingLevel.Failure,
                $"The ticket keys in {file.Path} are older than a day: they open every TLS 1.2 session with a ticket since",
                file.Location, service, PastSessions.Open) with { Evidence = evidence };
        }
        return Find(file.IsWorldReadable ? FindingLevel.Failure : FindingLevel.Warning, file.IsWorldReadable
                ? $"The ticket keys in {file.Path} can be read by every user of the machine"
                : $"Ticket keys are in {file.Path}, written within the last day; that old ones are wiped for good is not seen",
            file.Location, service, file.IsWorldReadable ? PastSessions.MayBeOpen : PastSessions.ClosedButRecent)
                with { Evidence = evidence };
    }

    private Finding JudgeRotated(TicketObservation tickets, ServiceObservation service) =>
        tickets.RotatedAfter <= LongestLife
            ? Find(FindingLevel.Note, $"Ticket keys live for {Duration.ToText(tickets.RotatedAfter.Value)} at most: {tickets.KeyLifeText}",
                tickets.Issued.Location, service, PastSessions.ClosedButRecent)
            : Find(FindingLevel.Warning, "Ticket keys live for longer than a day: " + tickets.KeyLifeText,
                tickets.Issued.Location, service, PastSessions.ClosedButRecent) with { Evidence = Source(tickets) };

    private static string[] Source(TicketObservation tickets) => tickets.Issued.Default is { } text ? [text] : [];
}
