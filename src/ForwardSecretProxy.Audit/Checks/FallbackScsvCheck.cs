using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Whether a client that tries again with less is told that this was not needed (RFC 7507).</summary>
public sealed class FallbackScsvCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "fallback-scsv",
        "Fallback signal",
        "Old clients try a failed handshake again with an older version. With the signal a server refuses when somebody in between "
        + "made the first try fail. It matters only where several versions before TLS 1.3 are spoken.",
        ["RFC 7507", "Möller, Duong, Kotowicz: POODLE, 2014", "RFC 8996"],
        Mends.Of(
            nginx: "ssl_protocols TLSv1.2 TLSv1.3;",
            apache: "SSLProtocol -all +TLSv1.2 +TLSv1.3",
            haproxy: "ssl-default-bind-options ssl-min-ver TLSv1.2",
            postfix: "smtpd_tls_mandatory_protocols = >=TLSv1.2 and smtpd_tls_protocols = >=TLSv1.2",
            dovecot: "ssl_min_protocol = TLSv1.2",
            fsp: "nothing"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var before13 = seen.Spoken().Count(one => one.Version < TlsVersion.Tls13);
        return [seen.Features.FallbackScsv switch
        {
            Answer.Yes => Description.Pass("A needless fallback is refused."),
            Answer.No when before13 > 1 => Description.Note("A needless fallback to an older version is not refused."),
            Answer.No => Description.Pass("There is no version before TLS 1.3 to fall back to from another."),
            _ when before13 <= 1 && seen.Versions.Count > 0 && seen.Versions.All(one => one.Supported != Answer.Unknown) =>
                Description.Pass("There is no version before TLS 1.3 to fall back to from another."),
            _ => Description.Unexamined("Whether a needless fallback is refused was not learnt.", seen.GapsAbout("fallback", "SCSV")),
        }];
    }
}
