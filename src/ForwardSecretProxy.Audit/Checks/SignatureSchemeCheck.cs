using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Signatures over broken hashes.</summary>
public sealed class SignatureSchemeCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "signature-schemes",
        "Signature schemes",
        "A signature over MD5 or SHA-1 may be moved to another handshake by a collision. It matters while the handshake goes on, not for "
        + "what was recorded.",
        ["RFC 9155", "RFC 8446 section 4.2.3", "Bhargavan, Leurent: SLOTH, NDSS 2016"],
        Mends.Of(
            nginx: "ssl_conf_command SignatureAlgorithms with SHA-256 and better, or OpenSSL 3.0 or newer",
            apache: "SSLOpenSSLConfCmd SignatureAlgorithms with SHA-256 and better, or OpenSSL 3.0 or newer",
            haproxy: "ssl-default-bind-sigalgs with SHA-256 and better (2.8 and newer)",
            postfix: "OpenSSL 3.0 or newer",
            dovecot: "OpenSSL 3.0 or newer",
            fsp: "nothing"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        if (seen.HasNoSuite((version, suite) => version >= TlsVersion.Tls12 && suite.IsSigned(version)))
            return [Description.Note("No signature of TLS 1.2 or TLS 1.3 is made; before, they are over SHA-1.")];
        if (seen.SignatureSchemes.All(version => version.Schemes.Count == 0))
            return [Description.Unexamined("Which signature schemes are used was not learnt.", seen.GapsAbout("signature", "scheme"))];

        var broken = Lines(seen, (version, name) => name.EndsWith("_md5", StringComparison.Ordinal)
            || version == TlsVersion.Tls13 && name.EndsWith("_sha1", StringComparison.Ordinal)).ToList();
        var sha1 = Lines(seen, (version, name) => version != TlsVersion.Tls13 && name.EndsWith("_sha1", StringComparison.Ordinal)).ToList();
        if (broken.Count > 0)
            return [Description.Warning("The server signs over MD5, or over SHA-1 in TLS 1.3.", broken)];
        return [sha1.Count > 0
            ? Description.Note("The server signs over SHA-1 for clients that offer nothing better.", sha1)
            : Description.Pass("The server signs over SHA-2 or better.")];
    }

    private static IEnumerable<string> Lines(EndpointObservation seen, Func<TlsVersion, string, bool> isMeant) =>
        from version in seen.SignatureSchemes
        from scheme in version.Schemes
        where isMeant(version.Version, scheme.Name)
        select $"{version.Version.ToText()}: {scheme.Name}";
}
