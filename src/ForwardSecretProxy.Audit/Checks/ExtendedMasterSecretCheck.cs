using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Master secrets that depend on the whole handshake (RFC 7627).</summary>
public sealed class ExtendedMasterSecretCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "extended-master-secret",
        "Extended master secret",
        "Without it two sessions with different servers can be made to share a master secret, which breaks resumption, "
        + "client certificates and channel bindings.",
        ["RFC 7627", "Bhargavan et al., Triple Handshakes and Cookie Cutters (3SHAKE), IEEE S&P 2014"],
        Mends.Of(
            nginx: "OpenSSL 1.1.0 or newer",
            apache: "OpenSSL 1.1.0 or newer",
            haproxy: "OpenSSL 1.1.0 or newer",
            postfix: "OpenSSL 1.1.0 or newer",
            dovecot: "OpenSSL 1.1.0 or newer",
            fsp: "nothing"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen) => [seen.Features.ExtendedMasterSecret switch
    {
        Answer.Yes => Description.Pass("Master secrets depend on the whole handshake."),
        Answer.No => Description.Warning("Master secrets do not depend on the whole handshake (3SHAKE)."),
        _ when seen.SpeaksBefore13() == Answer.No => Description.Pass("Nothing before TLS 1.3 is spoken, and TLS 1.3 has it built in."),
        _ => Description.Unexamined("Whether master secrets depend on the whole handshake was not learnt.", seen.GapsAbout("master")),
    }];
}
