using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Groups that are too small for what is recorded today.</summary>
public sealed class GroupCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "weak-groups",
        "Key exchange groups",
        "A fresh key exchange keeps a recording closed only as long as nobody can compute it backwards. Curves below 224 bits come within reach.",
        ["RFC 8422 section 5.1.1", "RFC 9325 section 4.5", "NIST SP 800-57 part 1 revision 5, table 2"],
        Mends.Of(
            nginx: "ssl_ecdh_curve X25519:prime256v1:secp384r1;",
            apache: "SSLOpenSSLConfCmd Groups X25519:P-256:P-384",
            haproxy: "ssl-default-bind-curves X25519:P-256:P-384",
            postfix: "tls_eecdh_auto_curves = X25519 prime256v1 secp384r1",
            dovecot: "ssl_curve_list = X25519:P-256:P-384",
            fsp: "nothing: none below X25519 and P-256 can be switched on"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        if (seen.HasNoSuite((version, suite) => version == TlsVersion.Tls13
            || suite.KeyExchange is KeyExchange.Ecdhe or KeyExchange.EcdhePsk or KeyExchange.AnonymousEcdh or KeyExchange.Eccpwd))
        {
            return [Description.Note("No key exchange on a curve is accepted.")];
        }

        if (seen.Groups.All(version => version.Groups.Count == 0))
            return [Description.Unexamined("Which groups are accepted was not learnt.", seen.GapsAbout("group"))];
        var weak = seen.Groups.SelectMany(version => version.Groups.Where(IsWeak).Select(group => $"{version.Version.ToText()}: {group.Name}")).ToList();
        return [weak.Count > 0
            ? Description.Warning("Curves below 224 bits are accepted.", weak)
            : Description.Pass("No group below 224 bits is accepted.")];
    }

    private static bool IsWeak(NamedGroup group) => group is { Kind: NamedGroupKind.Curve, Bits: < 224 };
}
