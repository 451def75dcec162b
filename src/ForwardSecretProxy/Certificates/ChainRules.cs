using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// The rules a chain is held to: what clients refuse (RFC 5280, RFC 9525, the CA/Browser Forum's baseline), and what
/// this proxy cannot sign for. Every rule is applied, whatever the others found.
/// </summary>
internal static class ChainRules
{
    /// <summary>
    /// A certificate with less left than this is warned about: two weeks are enough to renew by hand. Those with a
    /// life under six weeks are warned about in their last third, or the warning would always be on.
    /// </summary>
    private static readonly TimeSpan ExpiryWarning = TimeSpan.FromDays(14);

    private const int MinimumRsaBits = 2048;
    private const int MaximumLeafRsaBits = 4096;
    private const string ServerAuthOid = "1.3.6.1.5.5.7.3.1";

    private static readonly string[] LeafCurveOids = ["1.2.840.10045.3.1.7", "1.3.132.0.34"];

    // SHA-1, and everything older, has practical collisions.
    private static readonly string[] BrokenHashes = ["SHA-1", "SHA1", "MD5", "MD4", "MD2"];

    /// <summary>Applies every rule; see <see cref="CertificateChain.Check"/>.</summary>
    public static IEnumerable<CertificateProblem> Apply(
        IReadOnlyList<CertificateFacts> chain, DateTimeOffset now, ReadOnlyMemory<byte>? signerSpki)
    {
        if (chain is not [var leaf, ..])
            return [];

        return chain.SelectMany((certificate, index) => Validity(certificate, Name(chain, index), now)
                .Concat(Strength(certificate, Name(chain, index)))
                .Concat(index + 1 < chain.Count ? Link(chain, index) : []))
            .Concat(Leaf(leaf, Name(chain, 0)))
            .Concat(chain.Count == 1 ? MissingIntermediate(leaf) : [])
            .Concat(signerSpki is { } spki ? KeyMatch(leaf, spki) : []);
    }

    /// <summary>From when on it is warned that a certificate expires.</summary>
    public static DateTimeOffset RenewFrom(CertificateFacts certificate)
    {
        var third = (certificate.NotAfter - certificate.NotBefore) / 3;
        return certificate.NotAfter - (third < ExpiryWarning ? third : ExpiryWarning);
    }

    private static IEnumerable<CertificateProblem> Validity(
        CertificateFacts certificate, string name, DateTimeOffset now)
    {
        if (now < certificate.NotBefore)
        {
            yield return Error($"{name} is not valid before {Date(certificate.NotBefore)}",
                "Wait until then, or correct this machine's clock.");
        }

        var left = certificate.NotAfter - now;
        if (left < TimeSpan.Zero)
        {
            yield return Error($"{name} expired on {Date(certificate.NotAfter)}",
                "Request a new one with `fsp csr` and install it with `fsp cert import`.");
        }
        else if (now > RenewFrom(certificate))
        {
            yield return Warning($"{name} expires on {Date(certificate.NotAfter)}, in {Left(left)}",
                "Request a new one now with `fsp csr`.") with { IsExpiry = true };
        }
    }

    private static IEnumerable<CertificateProblem> Strength(CertificateFacts certificate, string name)
    {
        if (certificate.RsaBits < MinimumRsaBits)
        {
            yield return Error($"{name} has an RSA key of {certificate.RsaBits} bits, under {MinimumRsaBits}",
                "Generate a key with `fsp key generate` and request a certificate for it.");
        }

        if (BrokenHashes.Contains(certificate.SignatureHash))
        {
            yield return Error($"{name} is signed over {certificate.SignatureHash}, which can be forged",
                "Ask the CA for a certificate signed with SHA-256 or better.");
        }
    }

    private static IEnumerable<CertificateProblem> Link(IReadOnlyList<CertificateFacts> chain, int index)
    {
        var (certificate, next) = (chain[index], chain[index + 1]);
        if (!certificate.Names(next))
        {
            var issuer = Enumerable.Range(0, chain.Count)
                .FirstOrDefault(other => other != index && certificate.Names(chain[other]), -1);
            yield return issuer >= 0
                ? Error($"{Name(chain, index)} is signed by certificate {issuer + 1}, not by certificate {index + 2}",
                    "Put the server's certificate first and after each the one that signed it.")
                : Error(
                    $"{Name(chain, index)} is issued by \"{certificate.Issuer}\", and \"{next.Subject}\" comes next",
                    $"Put the certificate of \"{certificate.Issuer}\" in its place, or nothing if that is a root.");
            yield break;
        }

        if (!certificate.IsSignedBy(next))
        {
            yield return Error(
                $"{Name(chain, index)} names certificate {index + 2} as its issuer, but its key did not sign it",
                $"Get the \"{certificate.Issuer}\" that belongs to this certificate; CAs keep several of one name.");
        }

        if (!next.IsAuthority || next.KeyUsage is { } usage && !usage.HasFlag(X509KeyUsageFlags.KeyCertSign))
        {
            yield return Error($"{Name(chain, index + 1)} is not allowed to sign certificates",
                "Get the chain from the CA that issued the certificate.");
        }
    }

    private static IEnumerable<CertificateProblem> Leaf(CertificateFacts leaf, string name)
    {
        if (leaf.RsaBits is null && !LeafCurveOids.Contains(leaf.CurveOid) || leaf.RsaBits > MaximumLeafRsaBits)
        {
            yield return Error($"{name} has a key that this proxy does not sign with",
                $"Use a key on P-256 or P-384, or RSA of {MinimumRsaBits} to {MaximumLeafRsaBits} bits.");
        }

        if (leaf.KeyUsage is { } usage && !usage.HasFlag(X509KeyUsageFlags.DigitalSignature))
        {
            yield return Error($"{name} has a key usage without digitalSignature, the one use it has here",
                "Ask the CA for a TLS server certificate; `fsp csr` requests the right usage.");
        }

        if (leaf.ExtendedKeyUsage is { } purposes && !purposes.Contains(ServerAuthOid))
        {
            yield return Error($"{name} has an extended key usage without serverAuth",
                "Ask the CA for a TLS server certificate; `fsp csr` requests the right usage.");
        }

        foreach (var problem in Names(leaf, name).Concat(Promises(leaf, name)))
            yield return problem;
    }

    private static IEnumerable<CertificateProblem> Names(CertificateFacts leaf, string name)
    {
        if (leaf.DnsNames.Count == 0 && leaf.Addresses.Count == 0)
        {
            yield return Error($"{name} has no DNS name or address in its subject alternative name; "
                + "the common name is not used",
                "Request a certificate with `fsp csr --dns NAME`.");
        }

        foreach (var unusable in leaf.DnsNames.Where(dns => !DnsName.IsValid(dns.ToLowerInvariant())))
        {
            yield return Warning($"{name} has the DNS name \"{unusable}\", which no client matches",
                "Leave it out of the next request.");
        }
    }

    private static IEnumerable<CertificateProblem> Promises(CertificateFacts leaf, string name)
    {
        if (leaf.IsAuthority)
        {
            yield return Warning($"{name} is the certificate of a CA, which some clients refuse for a server",
                "Use a certificate that a CA issued, or one made by `fsp cert self-sign`.");
        }

        if (leaf.MustStaple)
        {
            yield return Warning($"{name} demands a stapled OCSP response, which this proxy does not send; "
                + "clients that hold it to that refuse it",
                "Request a certificate without the TLS feature extension.");
        }
    }

    private static IEnumerable<CertificateProblem> MissingIntermediate(CertificateFacts leaf)
    {
        if (leaf.NamesIssuerLocation && !leaf.IsSelfSigned)
        {
            yield return Warning(
                $"the file holds only the leaf, and its issuer \"{leaf.Issuer}\" may not be known to clients",
                "Use the CA's full chain file: the leaf, then the intermediates.");
        }
    }

    private static IEnumerable<CertificateProblem> KeyMatch(CertificateFacts leaf, ReadOnlyMemory<byte> signerSpki)
    {
        if (!leaf.SubjectPublicKeyInfo.Span.SequenceEqual(signerSpki.Span))
        {
            yield return Error("the leaf's public key is not the one of the key on the token",
                "Check that Key names the key the certificate was requested for; `fsp key list` shows the keys.");
        }
    }

    private static string Name(IReadOnlyList<CertificateFacts> chain, int index)
    {
        var subject = chain[index] switch
        {
            { Subject.Length: > 0 } named => named.Subject,
            { DnsNames: [var first, ..] } => first,
            _ => "no name",
        };
        return index == 0 ? $"the leaf ({subject})" : $"certificate {index + 1} ({subject})";
    }

    private static string Date(DateTimeOffset moment) =>
        moment.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Left(TimeSpan left) => left.TotalDays >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalDays} days")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalHours} hours");

    private static CertificateProblem Error(string message, string mend) => new(ProblemSeverity.Error, message, mend);

    private static CertificateProblem Warning(string message, string mend) =>
        new(ProblemSeverity.Warning, message, mend);
}
