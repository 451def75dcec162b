using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Signed certificate timestamps, in the certificate or in the handshake.</summary>
public sealed class CertificateTransparencyCheck : CertificateCheck
{
    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "certificate-transparency",
        "Certificate Transparency",
        "Timestamps show that the certificate is in public logs, where the owner of the name sees certificates that somebody else "
        + "obtained. Browsers refuse public certificates without them.",
        ["RFC 6962 section 3.3", "Chrome Certificate Transparency policy"],
        Mends.None);

    /// <inheritdoc/>
    private protected override IEnumerable<Finding> Judge(EndpointObservation seen, ReadChain chain)
    {
        if (chain.HasTimestamps || chain.Seen.TimestampsInHandshake > 0)
            return [Description.Pass($"The certificate for {chain.Name} comes with timestamps of public logs.")];
        return [chain.IsPublic
            ? Description.Warning($"The certificate for {chain.Name} comes without timestamps of public logs.")
            : Description.Pass($"The certificate for {chain.Name} is not of a public authority and needs no timestamps.")];
    }
}
