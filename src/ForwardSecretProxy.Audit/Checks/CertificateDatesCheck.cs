using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Whether the certificates are valid at the time of the scan, and for some days more.</summary>
public sealed class CertificateDatesCheck : CertificateCheck
{
    private const int SoonDays = 7;

    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "certificate-dates",
        "Certificate's dates",
        "Clients refuse an expired certificate, and people who are used to clicking the warning away click away an attacker's as well.",
        ["RFC 5280 section 4.1.2.5"],
        Mends.Of(
            nginx: "renew it, and nginx -s reload", apache: "renew it, and apachectl graceful", haproxy: "renew it, and reload",
            postfix: "renew it, and postfix reload", dovecot: "renew it, and doveadm reload",
            fsp: "renew it with fsp cert import: a changed file is picked up by itself"));

    /// <inheritdoc/>
    private protected override IEnumerable<Finding> Judge(EndpointObservation seen, ReadChain chain)
    {
        var bad = chain.Certificates.Where(one => !ReadChain.IsSelfIssued(one) || one == chain.Leaf)
            .Where(one => seen.At.UtcDateTime < one.NotBefore.ToUniversalTime() || seen.At.UtcDateTime > one.NotAfter.ToUniversalTime())
            .Select(one => FormattableString.Invariant($"{one.Subject}: {one.NotBefore.ToUniversalTime():u} to {one.NotAfter.ToUniversalTime():u}")).ToList();
        if (bad.Count > 0)
            return [Description.Failure($"Certificates for {chain.Name} are not valid at the time of the scan.", bad)];
        var left = (chain.Leaf.NotAfter.ToUniversalTime() - seen.At.UtcDateTime).TotalDays;
        return [left < SoonDays
            ? Description.Warning(FormattableString.Invariant($"The certificate for {chain.Name} expires in {left:0.#} days."))
            : Description.Pass(FormattableString.Invariant($"The certificate for {chain.Name} is valid for {left:0} more days."))];
    }
}
