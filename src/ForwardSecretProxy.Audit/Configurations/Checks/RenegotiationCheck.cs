using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>Whether clients may renegotiate, or without the protection of RFC 5746.</summary>
internal sealed class RenegotiationCheck : ServiceCheck
{
    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "config-renegotiation", "No renegotiation for clients",
        "Without RFC 5746 somebody in the middle can put words before a client's; with it, each renegotiation still costs the server a "
        + "handshake without a new connection.",
        ["RFC 5746", "RFC 9325, section 3.5", "CVE-2009-3555"],
        new Dictionary<string, string>
        {
            ["nginx"] = "Nothing: nginx lets no client renegotiate.",
            ["apache"] = "SSLInsecureRenegotiation off",
            ["haproxy"] = "Nothing: HAProxy lets no client renegotiate.",
            ["postfix"] = "tls_ssl_options = NO_RENEGOTIATION",
            ["dovecot"] = "Use OpenSSL 3, which lets no client renegotiate.",
            ["fsp"] = "Nothing: there is no setting for it.",
        });

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen) =>
        service.Renegotiation.Value switch
        {
            Answer.Yes => [Find(FindingLevel.Warning, "Clients may renegotiate without RFC 5746", service.Renegotiation.Location, service)],
            Answer.Unknown => [Find(FindingLevel.Note,
                $"Whether clients may renegotiate is not set: {service.Renegotiation.Default}", null, service)],
            _ => [Pass("Clients cannot renegotiate")],
        };
}
