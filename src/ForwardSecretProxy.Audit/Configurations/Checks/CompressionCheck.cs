using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>Whether TLS compresses.</summary>
internal sealed class CompressionCheck : ServiceCheck
{
    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "config-compression", "TLS does not compress",
        "The length of what was compressed tells what was in it: who can have a browser send guesses reads its cookies (CRIME).",
        ["RFC 9325, section 3.3", "CVE-2012-4929"],
        new Dictionary<string, string>
        {
            ["nginx"] = "Nothing: nginx never compresses.",
            ["apache"] = "SSLCompression off",
            ["haproxy"] = "Nothing: HAProxy never compresses.",
            ["postfix"] = "tls_ssl_options = NO_COMPRESSION",
            ["dovecot"] = "ssl_options = no_compression",
            ["fsp"] = "Nothing: there is no setting for it.",
        });

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen) =>
        service.Compression.Value == Answer.Yes
            ? [Find(FindingLevel.Warning, "TLS compression is on", service.Compression.Location, service)]
            : [Pass("TLS compression is off")];
}
