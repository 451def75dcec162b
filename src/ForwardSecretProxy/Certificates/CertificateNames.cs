using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.Certificates;

/// <summary>What a certificate is to be good for: its subject alternative name (RFC 5280 section 4.2.1.6).</summary>
/// <param name="Dns">Host names in the form of a certificate, see <see cref="DnsName"/>.</param>
/// <param name="Addresses">IP addresses.</param>
internal sealed record CertificateNames(IReadOnlyList<string> Dns, IReadOnlyList<IPAddress> Addresses)
{
    // Public CAs stop at a hundred.
    private const int MaxCount = 100;

    /// <summary>Reads what a person wrote.</summary>
    /// <exception cref="FormatException">None or too many were given, or one is no name or address.</exception>
    public static CertificateNames Parse(IReadOnlyCollection<string> dns, IReadOnlyCollection<string> addresses)
    {
        if (dns.Count + addresses.Count is 0 or > MaxCount)
            throw new FormatException($"give 1 to {MaxCount} names with --dns and --ip; clients do not look at the CN");

        return new CertificateNames(
            [.. dns.Select(DnsName.Parse).Distinct()],
            [.. addresses.Select(ParseAddress).Distinct()]);
    }

    /// <summary>The extension; critical when the certificate has no subject, as RFC 5280 demands.</summary>
    public X509Extension ToExtension(bool critical)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in Dns)
            builder.AddDnsName(name);
        foreach (var address in Addresses)
            builder.AddIpAddress(address);
        return builder.Build(critical);
    }

    private static IPAddress ParseAddress(string text)
    {
        // .NET also reads 127.1 and 0x7f000001, which nobody means here.
        if (!IPAddress.TryParse(text, out var address)
            || address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != text
            || text.Contains('%', StringComparison.Ordinal)
            || text.Contains('[', StringComparison.Ordinal))
        {
            throw new FormatException($"\"{text}\" is not an IP address such as 192.0.2.1 or 2001:db8::1");
        }

        return address;
    }
}
