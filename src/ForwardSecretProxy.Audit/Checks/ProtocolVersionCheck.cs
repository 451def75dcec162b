using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Versions of the protocol that should be gone, and the newest.</summary>
public sealed class ProtocolVersionCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "protocol-versions",
        "Protocol versions",
        "SSL 2.0 has only static key exchange, and a server that speaks it lets others decrypt the RSA sessions of newer versions under "
        + "the same key. SSL 3.0 and TLS 1.0 and 1.1 have weaknesses in their encryption that newer versions mended. In TLS 1.3 every "
        + "session has a key exchange of its own.",
        [
            "RFC 6176 (SSL 2.0)", "Aviram et al., DROWN, USENIX Security 2016 (CVE-2016-0800)", "RFC 7568 (SSL 3.0)",
            "Möller, Duong, Kotowicz: POODLE, 2014 (CVE-2014-3566)", "RFC 8996 (TLS 1.0, 1.1)", "RFC 9325 section 3.1",
        ],
        Mends.Of(
            nginx: "ssl_protocols TLSv1.2 TLSv1.3;",
            apache: "SSLProtocol -all +TLSv1.2 +TLSv1.3",
            haproxy: "ssl-default-bind-options ssl-min-ver TLSv1.2",
            postfix: "smtpd_tls_mandatory_protocols = >=TLSv1.2 and smtpd_tls_protocols = >=TLSv1.2",
            dovecot: "ssl_min_protocol = TLSv1.2",
            fsp: "Tls:Profile intermediate or modern; nothing older can be switched on"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var unknown = TlsVersions.All.Where(version => seen.Speaks(version) == Answer.Unknown).Select(version => version.ToText()).ToList();
        if (unknown.Count > 0)
        {
            yield return Description.UnexaminedVital(
                $"Whether {string.Join(", ", unknown)} {(unknown.Count == 1 ? "is" : "are")} spoken was not learnt.", seen.GapsAbout("version", "SSL", "TLS"));
        }

        var old = seen.Spoken().Select(one => one.Version).Where(version => version < TlsVersion.Tls12).ToList();
        foreach (var version in old)
            yield return Old(version);

        var newest = seen.Spoken().LastOrDefault()?.Version;
        if (newest == TlsVersion.Tls12)
            yield return Description.Note("The newest version is TLS 1.2; in TLS 1.3 every session has a key exchange of its own.");
        else if (newest == TlsVersion.Tls13 && old.Count == 0 && unknown.Count == 0)
            yield return Description.Pass($"Only {string.Join(" and ", seen.Spoken().Select(one => one.Version.ToText()))} {(seen.Spoken().Count() == 1 ? "is" : "are")} spoken.");
        else if (newest is null && unknown.Count == 0)
            yield return Description.UnexaminedVital("The server speaks no version of TLS that was tried.");
    }

    private Finding Old(TlsVersion version) => version switch
    {
        TlsVersion.Ssl2 => Description.Failure("SSLv2 is spoken, through which sessions of newer versions can be decrypted (DROWN).").For(PastSessions.SomeAreOpen),
        TlsVersion.Ssl3 => Description.Failure("SSLv3 is spoken, whose encryption can be undone byte by byte (POODLE)."),
        _ => Description.Warning($"{version.ToText()} is spoken, which RFC 8996 prohibits."),
    };
}
