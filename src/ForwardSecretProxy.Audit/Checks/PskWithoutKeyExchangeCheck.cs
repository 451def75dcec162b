using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>TLS 1.3 resumption without a fresh key exchange (psk_ke).</summary>
public sealed class PskWithoutKeyExchangeCheck(CheckLimits limits) : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "psk-without-key-exchange",
        "TLS 1.3 resumption without a key exchange",
        "With psk_ke a resumed session's keys come from the ticket alone: whoever opens the ticket later opens the session. With "
        + "psk_dhe_ke the ticket proves who is there and the keys come from a new key exchange, so that not even the ticket key opens "
        + "a past session, but for data that was sent early (0-RTT).",
        ["RFC 8446 sections 2.2, 4.2.9 and appendix E.1", "RFC 9325 sections 3.4 and 7.3"],
        Mends.Of(
            nginx: "nothing to set: OpenSSL accepts psk_ke only where SSL_OP_ALLOW_NO_DHE_KEX is set (ssl_conf_command Options -AllowNoDHEKEX)",
            apache: "no SSLOpenSSLConfCmd Options AllowNoDHEKEX",
            haproxy: "nothing to set: OpenSSL does not accept psk_ke",
            postfix: "no tls_ssl_options with bit 0x400 (SSL_OP_ALLOW_NO_DHE_KEX)",
            fsp: "nothing: psk_dhe_ke only"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var resumption = seen.Tls13Resumption;
        return [resumption.ResumesWithoutKeyExchange switch
        {
            Answer.Yes => Accepted(resumption),
            Answer.No => Refused(resumption),
            _ when seen.Speaks(TlsVersion.Tls13) == Answer.No => Description.Pass("TLS 1.3 is not spoken."),
            _ when resumption.Issued == Answer.No => Description.Pass("No tickets are issued in TLS 1.3."),
            _ => Description.UnexaminedVital("Whether TLS 1.3 resumes without a key exchange was not learnt.", seen.GapsAbout("psk", "resum", "ticket")),
        }];
    }

    private Finding Accepted(Tls13ResumptionObservation resumption)
    {
        var keys = TicketKeys.Recognise(resumption.Samples);
        var lines = keys.Select(key => FormattableString.Invariant($"ticket key {key.Name}, seen for {Duration.ToText(key.Observed)}"));
        return TicketKeys.OutliveAny(keys, limits.Secrets)
            ? Description.Failure("TLS 1.3 sessions are resumed without a key exchange, under a ticket key that is kept for long.", lines).For(PastSessions.SomeAreOpen)
            : Description.Failure("TLS 1.3 sessions are resumed without a key exchange for clients that ask for it, so the key of the ticket opens them.", lines).For(PastSessions.MayBeOpen);
    }

    private Finding Refused(Tls13ResumptionObservation resumption) => TicketKeys.Recognise(resumption.Samples).Count > 0
        ? Description.Note("TLS 1.3 tickets are encrypted under a key of the server; it opens no past session, since each resumption makes a new key exchange.")
        : Description.Pass("TLS 1.3 is resumed with a new key exchange only.");
}
