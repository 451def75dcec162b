using System.Net;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Whether the certificate is for the name that was asked for.</summary>
public sealed class CertificateNamesCheck : CertificateCheck
{
    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "certificate-names",
        "Certificate's names",
        "A certificate for another name proves nothing about this server. Clients look at the subject alternative names only, and a star "
        + "stands for one label.",
        ["RFC 9525 sections 6.3 and 6.4", "RFC 5280 section 4.2.1.6"],
        Mends.Of(fsp: "fsp csr with --dns for every name"));

    /// <inheritdoc/>
    private protected override bool IsAboutTarget => true;

    /// <inheritdoc/>
    private protected override IEnumerable<Finding> Judge(EndpointObservation seen, ReadChain chain)
    {
        var wanted = seen.ServerName ?? seen.Host;
        var names = chain.Leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (names is null)
            return [Description.Failure($"The certificate has no subject alternative name, so it is for nobody and not for {wanted}.", chain.Leaf.Subject)];

        var dns = names.EnumerateDnsNames().ToList();
        var addresses = names.EnumerateIPAddresses().ToList();
        var matches = IPAddress.TryParse(wanted, out var address) ? addresses.Contains(address) : dns.Any(name => Matches(name, wanted));
        return [matches
            ? Description.Pass($"The certificate is for {wanted}.")
            : Description.Failure($"The certificate is not for {wanted}.", dns.Concat(addresses.Select(one => one.ToString())))];
    }

    /// <summary>Whether a name of a certificate covers a host: exactly, or by a star for its first label (RFC 9525 section 6.3).</summary>
    internal static bool Matches(string name, string host)
    {
        host = host.TrimEnd('.');
        if (!name.StartsWith("*.", StringComparison.Ordinal))
            return name.Equals(host, StringComparison.OrdinalIgnoreCase);
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && host.AsSpan(dot).Equals(name.AsSpan(1), StringComparison.OrdinalIgnoreCase);
    }
}
