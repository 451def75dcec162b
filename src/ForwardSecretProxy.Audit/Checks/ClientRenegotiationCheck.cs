using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Handshakes inside a connection that the client starts.</summary>
public sealed class ClientRenegotiationCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "client-renegotiation",
        "Renegotiation by clients",
        "A client can make the server sign over and over inside one connection, which costs the server far more than the client.",
        ["RFC 5746", "RFC 9325 section 3.5", "CVE-2011-1473"],
        Mends.Of(
            nginx: "nothing: it refuses them since 0.8.23",
            apache: "nothing: it refuses them since 2.2.15",
            haproxy: "nothing: it refuses them",
            postfix: "tls_ssl_options = NO_RENEGOTIATION",
            dovecot: "OpenSSL 3.0 or newer, which refuses them",
            fsp: "nothing: it cannot be switched on"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen) => [seen.Features.ClientRenegotiation switch
    {
        Answer.Yes => Description.Warning("Clients may renegotiate inside a connection."),
        Answer.No => Description.Pass("Clients may not renegotiate."),
        _ when seen.SpeaksBefore13() == Answer.No => Description.Pass("Nothing before TLS 1.3 is spoken, and TLS 1.3 has no renegotiation."),
        _ => Description.Unexamined("Whether clients may renegotiate was not learnt.", seen.GapsAbout("renegotiat")),
    }];
}
