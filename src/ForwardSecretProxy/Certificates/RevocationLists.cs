using System.Globalization;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace ForwardSecretProxy.Certificates;

/// <summary>Certificate revocation lists (RFC 5280 section 5) from a PEM file, read by BouncyCastle: .NET shows no dates.</summary>
internal static class RevocationLists
{
    /// <summary>Some 200,000 revoked certificates.</summary>
    private const int MaxFileBytes = 8 * 1024 * 1024;

    private const int MaxLists = 64;

    /// <summary>Reads a file and checks that each of <paramref name="authorities"/> has a list in it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="authorities">Those whose lists are needed; lists of others are kept, for intermediates that clients send.</param>
    /// <param name="now">The moment at which the lists should be current.</param>
    /// <param name="problems">Takes everything that is wrong.</param>
    /// <returns>The lists in DER.</returns>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Load(
        string path, IReadOnlyList<CertificateFacts> authorities, DateTimeOffset now, List<CertificateProblem> problems)
    {
        var blocks = PemBlockReader.Read(path, "X509 CRL", MaxFileBytes, MaxLists, problems);
        var lists = new List<X509Crl>();
        foreach (var der in blocks)
        {
            try
            {
                lists.Add(new X509Crl(der));
            }
            catch (Exception exception) when (exception is GeneralSecurityException or ArgumentException or IOException)
            {
                problems.Add(Error($"a revocation list in {path} is malformed", "Copy the file again, whole."));
            }
        }

        if (lists.Count == 0) return [];
        foreach (var authority in authorities)
            problems.AddRange(Check(path, authority, lists, now));
        return [.. blocks.Select(der => new ReadOnlyMemory<byte>(der))];
    }

    private static IEnumerable<CertificateProblem> Check(
        string path, CertificateFacts authority, List<X509Crl> lists, DateTimeOffset now)
    {
        var certificate = new X509CertificateParser().ReadCertificate(authority.Der.ToArray());
        var own = lists.FindAll(list => list.IssuerDN.Equivalent(certificate.SubjectDN) && IsSignedBy(list, certificate));
        if (own.Count == 0)
        {
            yield return Error($"{path} has no revocation list of \"{authority.Subject}\", so all its clients would be refused",
                "Add the CA's list, or remove CrlFile.");
        }
        else if (own.TrueForAll(list => list.NextUpdate < now.UtcDateTime))
        {
            var due = own.Max(list => list.NextUpdate)!.Value.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
            yield return new CertificateProblem(ProblemSeverity.Warning,
                $"the revocation list of \"{authority.Subject}\" was due to be renewed by {due}; its clients are refused",
                "Get the CA's current list.");
        }
    }

    private static bool IsSignedBy(X509Crl list, X509Certificate authority)
    {
        try
        {
            list.Verify(authority.GetPublicKey());
            return true;
        }
        catch (Exception exception) when (exception
            is GeneralSecurityException or Org.BouncyCastle.Crypto.CryptoException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static CertificateProblem Error(string message, string mend) => new(ProblemSeverity.Error, message, mend);
}
