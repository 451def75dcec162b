using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>The mark by which clients see that somebody took the newer version out of their offer.</summary>
public sealed class DowngradeSentinelCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "downgrade-sentinel",
        "Downgrade sentinel",
        "A server of TLS 1.3 marks its random when it agrees on less, so that a client notices when somebody in between pushed them "
        + "down to a version with weaker key exchange.",
        ["RFC 8446 section 4.1.3"],
        Mends.Of(
            nginx: "OpenSSL 1.1.1 or newer",
            apache: "OpenSSL 1.1.1 or newer",
            haproxy: "OpenSSL 1.1.1 or newer",
            postfix: "OpenSSL 1.1.1 or newer",
            dovecot: "OpenSSL 1.1.1 or newer",
            fsp: "nothing"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var newest = seen.Spoken().LastOrDefault()?.Version;
        return [seen.Features.DowngradeSentinel switch
        {
            Answer.Yes => Description.Pass("A lower version than the server's newest is marked."),
            Answer.No => Description.Warning("A lower version than the server's newest is not marked."),
            _ when seen.SpeaksBefore13() == Answer.No => Description.Pass("Nothing before TLS 1.3 is spoken."),
            _ when newest <= TlsVersion.Tls11 || newest == TlsVersion.Tls12 && !seen.Spoken().Any(one => one.Version < TlsVersion.Tls12) =>
                Description.Pass("There is no lower version that would have to be marked."),
            _ => Description.Unexamined("Whether lower versions are marked was not learnt.", seen.GapsAbout("sentinel", "downgrade")),
        }];
    }
}
