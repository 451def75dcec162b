using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>For how long the certificate was issued.</summary>
public sealed class CertificateLifetimeCheck : CertificateCheck
{
    private const int MaximumDays = 398;

    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "certificate-lifetime",
        "Certificate's life time",
        "A key that leaks is of use until its certificate expires, since revocation reaches few clients. Browsers refuse certificates of public "
        + "authorities that are valid for more than 398 days.",
        ["CA/Browser Forum Baseline Requirements section 6.3.2"],
        Mends.Of(fsp: "a new key and certificate for each renewal: fsp key generate, fsp csr, fsp cert import"));

    /// <inheritdoc/>
    private protected override IEnumerable<Finding> Judge(EndpointObservation seen, ReadChain chain)
    {
        var days = (chain.Leaf.NotAfter - chain.Leaf.NotBefore).TotalDays;
        var text = FormattableString.Invariant($"The certificate for {chain.Name} was issued for {days:0} days");
        if (days <= MaximumDays)
            return [Description.Pass($"{text}.")];
        return [chain.IsPublic
            ? Description.Warning($"{text}, more than the {MaximumDays} that browsers accept.")
            : Description.Note($"{text}; a public authority's may be valid for {MaximumDays}.")];
    }
}
