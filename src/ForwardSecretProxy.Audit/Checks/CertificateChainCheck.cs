using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Whether each certificate of the chain issued the one before it.</summary>
public sealed class CertificateChainCheck : CertificateCheck
{
    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "certificate-chain",
        "Chain of certificates",
        "Clients that do not sort the chain or fetch what is missing fail, and what is sent in vain costs every handshake.",
        ["RFC 5246 section 7.4.2", "RFC 8446 section 4.4.2"],
        Mends.Of(
            nginx: "ssl_certificate with the server's certificate first, then its issuers in order, without the root",
            apache: "SSLCertificateFile with the server's certificate first, then its issuers in order, without the root",
            haproxy: "crt with the server's certificate first, then its issuers in order, without the root",
            postfix: "smtpd_tls_chain_files with the key, the server's certificate, then its issuers in order",
            dovecot: "ssl_cert with the server's certificate first, then its issuers in order, without the root",
            fsp: "fsp cert import puts the chain in order"));

    /// <inheritdoc/>
    private protected override IEnumerable<Finding> Judge(EndpointObservation seen, ReadChain chain)
    {
        var certificates = chain.Certificates;
        for (var index = 0; index + 1 < certificates.Count; index++)
        {
            if (!certificates[index].IssuerName.RawData.AsSpan().SequenceEqual(certificates[index + 1].SubjectName.RawData))
                return [Description.Warning($"The chain for {chain.Name} is not in order.", certificates.Select(one => $"{one.Subject}, issued by {one.Issuer}"))];
        }

        return [certificates.Count > 1 && ReadChain.IsSelfIssued(certificates[^1])
            ? Description.Note($"The chain for {chain.Name} has the root in it, which clients have or do not trust.", certificates[^1].Subject)
            : Description.Pass($"The chain for {chain.Name} is in order.")];
    }
}
