using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Whether handshakes inside a connection are tied to it (RFC 5746).</summary>
public sealed class SecureRenegotiationCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "secure-renegotiation",
        "Renegotiation indication",
        "Without it an attacker in the middle can put words of their own before a client's, as if they were the client's.",
        ["RFC 5746", "CVE-2009-3555", "RFC 9325 section 3.5"],
        Mends.Of(
            nginx: "OpenSSL 0.9.8m or newer",
            apache: "OpenSSL 0.9.8m or newer, and no SSLInsecureRenegotiation on",
            haproxy: "OpenSSL 0.9.8m or newer",
            postfix: "OpenSSL 0.9.8m or newer",
            dovecot: "OpenSSL 0.9.8m or newer",
            fsp: "nothing"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var features = seen.Features;
        return [features.SecureRenegotiation switch
        {
            Answer.Yes => Description.Pass("Renegotiation is tied to its connection (RFC 5746)."),
            Answer.No when features.ClientRenegotiation == Answer.No =>
                Description.Warning("The server does not know RFC 5746; it refuses clients that renegotiate."),
            Answer.No => Description.Failure("The server does not know RFC 5746, so an attacker can put words before a client's."),
            _ when seen.SpeaksBefore13() == Answer.No => Description.Pass("Nothing before TLS 1.3 is spoken, and TLS 1.3 has no renegotiation."),
            _ => Description.Unexamined("Whether renegotiation is secure was not learnt.", seen.GapsAbout("renegotiat")),
        }];
    }
}
