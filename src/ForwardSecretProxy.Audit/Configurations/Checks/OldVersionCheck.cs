using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>Whether versions are allowed that are to be used no more.</summary>
internal sealed class OldVersionCheck : ServiceCheck
{
    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "config-old-versions", "Nothing older than TLS 1.2",
        "SSL 3.0 is broken. TLS 1.0 and 1.1 sign the key exchange with SHA-1 and MD5 and have only suites of their time.",
        ["RFC 8996", "RFC 7568", "RFC 9325, section 3.1.1"],
        new Dictionary<string, string>
        {
            ["nginx"] = "ssl_protocols TLSv1.2 TLSv1.3;",
            ["apache"] = "SSLProtocol -all +TLSv1.2 +TLSv1.3",
            ["haproxy"] = "ssl-default-bind-options ssl-min-ver TLSv1.2",
            ["postfix"] = "smtpd_tls_mandatory_protocols = >=TLSv1.2, and smtpd_tls_protocols likewise unless old servers still bring mail",
            ["dovecot"] = "ssl_min_protocol = TLSv1.2",
            ["fsp"] = "Nothing: there is no setting for it.",
        });

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen)
    {
        var (versions, location, remark) = service.Versions;
        var old = versions.Where(version => version < TlsVersion.Tls12).ToList();
        if (versions.Count == 0)
            return [Find(FindingLevel.Unexamined, "No version that is known is left over", location, service)];
        if (old.Count == 0)
        {
            // What an older release would do is worth a word, as long as nobody wrote down what is wanted.
            return location is null
                ? [Find(FindingLevel.Note, $"The versions are not set: {remark}", null, service)]
                : [Pass($"The versions are {Names(versions)}")];
        }
        var level = old[0] <= TlsVersion.Ssl3 ? FindingLevel.Failure : FindingLevel.Warning;
        return
        [
            Find(level, location is null ? $"The versions are not set, and {Names(old)} may be spoken: {remark}"
                : $"{Names(old)} may be spoken",
                location, service) with
            {
                // SSL_CTX_set_security_level(3): level 1 and above excludes them since OpenSSL 3.0.
                Evidence = ["OpenSSL 3 speaks TLS 1.0 and 1.1 at security level 0 only (@SECLEVEL=0); "
                    + "older ones speak them at every usual level"],
            },
        ];
    }

    private static string Names(IEnumerable<TlsVersion> versions) => string.Join(", ", versions.Select(version => version.ToText()));
}
