using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>Whether TLS 1.3 early data is taken.</summary>
internal sealed class EarlyDataCheck : ServiceCheck
{
    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "config-early-data", "No early data (0-RTT)",
        "What a returning client sends with its first message is encrypted with a key from its ticket alone, without a new key exchange: "
        + "whoever gets the server's ticket key reads it, and anybody can send it again.",
        ["RFC 8446, section 2.3", "RFC 8446, section 8", "RFC 8470"],
        new Dictionary<string, string>
        {
            ["nginx"] = "ssl_early_data off;",
            ["haproxy"] = "Remove allow-0rtt from the bind line.",
            ["apache"] = "Nothing: httpd takes none.",
            ["postfix"] = "Nothing: Postfix takes none.",
            ["dovecot"] = "Nothing: Dovecot takes none.",
            ["fsp"] = "Nothing: there is no setting for it.",
        });

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen) =>
        service.EarlyData.Value == Answer.Yes
            ? [Find(FindingLevel.Warning, "Early data is taken: it has no key exchange of its own, and can be replayed",
                service.EarlyData.Location, service, PastSessions.MayBeOpen)]
            : [Pass("No early data is taken")];
}
