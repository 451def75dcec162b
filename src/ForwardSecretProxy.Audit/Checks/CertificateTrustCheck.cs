using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Whether the chain leads to a root that this system trusts. Dates are another check's.</summary>
public sealed class CertificateTrustCheck(CheckLimits limits) : CertificateCheck
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "certificate-trust",
        "Trust in the certificate",
        "Clients without this root cannot tell the server from somebody in between. It is as it should be where all clients have a root "
        + "of their own.",
        ["RFC 5280 section 6"],
        Mends.Of(fsp: "a certificate from an authority that the clients trust: fsp csr, fsp cert import"));

    /// <inheritdoc/>
    private protected override bool IsAboutTarget => true;

    /// <inheritdoc/>
    private protected override IEnumerable<Finding> Judge(EndpointObservation seen, ReadChain chain)
    {
        using var builder = new X509Chain();
        builder.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        builder.ChainPolicy.DisableCertificateDownloads = true;
        builder.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        builder.ChainPolicy.VerificationTime = seen.At.LocalDateTime;
        builder.ChainPolicy.ApplicationPolicy.Add(new(ServerAuthentication));
        foreach (var certificate in chain.Certificates.Skip(1))
            builder.ChainPolicy.ExtraStore.Add(certificate);

        var isTrusted = builder.Build(chain.Leaf) || IsTrustedByOwnRoots(builder, chain.Leaf);
        if (isTrusted)
            return [Description.Pass($"The certificate for {chain.Name} leads to a root that is trusted here.")];
        var status = builder.ChainStatus.Select(one => one.StatusInformation.Trim()).Where(text => text.Length > 0).Distinct();
        return [chain.IsSelfSigned
            ? Description.Warning($"The certificate for {chain.Name} is signed by itself.")
            : Description.Warning($"The certificate for {chain.Name} leads to no root that is trusted here.", status)];
    }

    private bool IsTrustedByOwnRoots(X509Chain builder, X509Certificate2 leaf)
    {
        if (limits.Roots is not { Count: > 0 } roots)
            return false;
        builder.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        builder.ChainPolicy.CustomTrustStore.AddRange(roots);
        return builder.Build(leaf);
    }
}
