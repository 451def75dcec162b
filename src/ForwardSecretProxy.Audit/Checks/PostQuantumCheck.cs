using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>A key exchange that a quantum computer is not known to undo.</summary>
public sealed class PostQuantumCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "post-quantum",
        "Key exchange against quantum computers",
        "What is recorded today on a curve alone is open to whoever has a large quantum computer one day. A hybrid with ML-KEM holds as long "
        + "as either half does.",
        ["FIPS 203", "Kwiatkowski et al., Post-quantum hybrid ECDHE-MLKEM key agreement for TLS 1.3"],
        Mends.Of(
            nginx: "ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1; with OpenSSL 3.5 or newer",
            apache: "SSLOpenSSLConfCmd Groups X25519MLKEM768:X25519:P-256:P-384 with OpenSSL 3.5 or newer",
            haproxy: "ssl-default-bind-curves X25519MLKEM768:X25519:P-256:P-384 with OpenSSL 3.5 or newer",
            postfix: "tls_eecdh_auto_curves = X25519MLKEM768 X25519 prime256v1 secp384r1 with OpenSSL 3.5 or newer",
            dovecot: "ssl_curve_list = X25519MLKEM768:X25519:P-256:P-384 with OpenSSL 3.5 or newer",
            fsp: "OpenSSL 3.5 or newer, which has X25519MLKEM768"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        if (seen.Speaks(TlsVersion.Tls13) == Answer.No)
            return [Description.Note("Only TLS 1.3 has a key exchange that holds against quantum computers.")];
        var groups = seen.Groups.Where(version => version.Version == TlsVersion.Tls13).SelectMany(version => version.Groups).ToList();
        if (groups.Count == 0)
            return [Description.Unexamined("Which groups are accepted in TLS 1.3 was not learnt.", seen.GapsAbout("group"))];
        var hybrids = groups.Where(group => group.Kind is NamedGroupKind.Hybrid or NamedGroupKind.Encapsulation).Select(group => group.Name).ToList();
        return [hybrids.Count > 0
            ? Description.Pass($"Key exchange that holds against quantum computers is accepted: {string.Join(", ", hybrids)}.")
            : Description.Note("No key exchange is accepted that holds against quantum computers.")];
    }
}
