using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>A certificate that demands a stapled OCSP response, and whether it comes.</summary>
public sealed class MustStapleCheck : CertificateCheck
{
    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "must-staple",
        "Stapling that the certificate demands",
        "A certificate with this demand is refused without a fresh OCSP response in the handshake.",
        ["RFC 7633", "RFC 6066 section 8"],
        Mends.Of(
            nginx: "ssl_stapling on;",
            apache: "SSLUseStapling on and SSLStaplingCache",
            haproxy: "ocsp-update on",
            postfix: "a certificate without the demand: it does not staple",
            dovecot: "a certificate without the demand: it does not staple",
            fsp: "a certificate without the demand: it does not staple"));

    /// <inheritdoc/>
    private protected override IEnumerable<Finding> Judge(EndpointObservation seen, ReadChain chain) => [
        !chain.MustStaple ? Description.Pass($"The certificate for {chain.Name} demands no stapling.")
        : chain.Seen.Stapled switch
        {
            Answer.Yes => Description.Pass($"The certificate for {chain.Name} demands stapling, and an OCSP response is stapled."),
            Answer.No => Description.Failure($"The certificate for {chain.Name} demands stapling, and no OCSP response is stapled."),
            _ => Description.Unexamined($"The certificate for {chain.Name} demands stapling; whether an OCSP response is stapled was not learnt."),
        }];
}
