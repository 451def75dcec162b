using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// The CAs whose clients are taken, from a PEM file. What would refuse every client of a CA is found here, not when the
/// first client comes.
/// </summary>
internal static class ClientAuthorities
{
    /// <summary>Certificates in a file: each one's name is sent in every handshake.</summary>
    public const int MaxAuthorities = 32;

    private const int MaxFileBytes = 128 * 1024;
    private const int MinimumRsaBits = 2048;
    private static readonly TimeSpan ExpiryWarning = TimeSpan.FromDays(30);

    /// <summary>Reads and checks a file; only when there is no error among the problems can what is returned be used.</summary>
    /// <param name="path">The file.</param>
    /// <param name="now">The moment at which it should be good.</param>
    /// <param name="problems">Takes everything that is wrong with it.</param>
    public static IReadOnlyList<CertificateFacts> Load(string path, DateTimeOffset now, List<CertificateProblem> problems)
    {
        var authorities = new List<CertificateFacts>();
        foreach (var der in PemBlockReader.Read(path, "CERTIFICATE", MaxFileBytes, MaxAuthorities, problems))
        {
            try
            {
                authorities.Add(CertificateFacts.Read(der));
            }
            catch (CryptographicException)
            {
                problems.Add(Error($"a certificate in {path} is malformed", "Copy the file again, whole."));
            }
        }

        foreach (var authority in authorities)
            problems.AddRange(Check(authority, authorities, now));
        return authorities;
    }

    private static IEnumerable<CertificateProblem> Check(
        CertificateFacts authority, List<CertificateFacts> all, DateTimeOffset now)
    {
        var name = $"\"{authority.Subject}\"";
        if (!authority.IsAuthority || authority.KeyUsage is { } usage && !usage.HasFlag(X509KeyUsageFlags.KeyCertSign))
        {
            yield return Error($"{name} is not the certificate of a CA",
                "Give the certificate of the CA that issues your clients' certificates, not a client's own.");
        }

        if (authority.RsaBits < MinimumRsaBits)
        {
            yield return Error($"{name} has an RSA key of {authority.RsaBits} bits, under {MinimumRsaBits}, which is refused",
                "Use a CA with a stronger key.");
        }

        if (!authority.IsSelfSigned && !all.Exists(issuer => authority.Names(issuer) && authority.IsSignedBy(issuer)))
        {
            yield return Error($"{name} is an intermediate, and its issuer \"{authority.Issuer}\" is not in the file",
                "Add the CA that issued it, up to the root: a chain that does not end at a root in the file is refused.");
        }

        if (now < authority.NotBefore)
        {
            yield return Warning($"{name} is not valid before {Date(authority.NotBefore)}; until then its clients are refused",
                "Correct this machine's clock, or wait.");
        }

        if (now > authority.NotAfter)
            yield return Warning($"{name} expired on {Date(authority.NotAfter)}; its clients are refused", "Replace it.");
        else if (authority.NotAfter - now < ExpiryWarning)
        {
            yield return Warning($"{name} expires on {Date(authority.NotAfter)}; from then on its clients are refused",
                "Replace it, and the certificates that it issued.");
        }
    }

    private static string Date(DateTimeOffset moment) =>
        moment.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static CertificateProblem Error(string message, string mend) => new(ProblemSeverity.Error, message, mend);

    private static CertificateProblem Warning(string message, string mend) => new(ProblemSeverity.Warning, message, mend);
}
