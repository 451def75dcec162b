using System.Security.Cryptography;
using System.Text;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// Takes the certificates out of a PEM file (RFC 7468) and complains about everything else in it, a private key before
/// all. Bounded in bytes and in certificates; what was read is zeroed, since it may hold the key it complains about.
/// </summary>
internal static class PemCertificateReader
{
    /// <summary>Bytes of a file. Four RSA-4096 certificates make about 8 KiB; the rest is for comments.</summary>
    public const int MaxFileBytes = 128 * 1024;

    /// <summary>Certificates in a file: public chains have two to four.</summary>
    public const int MaxCertificates = 10;

    private const string CertificateLabel = "CERTIFICATE";

    private static ReadOnlySpan<byte> PreEncapsulation => "-----BEGIN "u8;

    /// <summary>Reads the DER of every certificate in <paramref name="path"/>, in the file's order.</summary>
    /// <param name="path">A PEM file.</param>
    /// <param name="problems">Takes everything that is wrong with the file; nothing is thrown for its content.</param>
    public static IReadOnlyList<byte[]> Read(string path, List<CertificateProblem> problems)
    {
        var buffer = new byte[MaxFileBytes + 1];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length > MaxFileBytes
                ? Refuse(problems, $"{path} is larger than {MaxFileBytes / 1024} KiB",
                    "Give only the leaf and its chain.")
                : Parse(buffer.AsSpan(0, length), path, problems);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Refuse(problems, $"{path} does not exist", "Correct the path, or import a certificate to it.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse(problems, $"{path} cannot be read: {exception.Message.TrimEnd('.')}",
                "Let the account of the proxy read it.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>Reads certificates from PEM text; <paramref name="name"/> is how messages call it.</summary>
    internal static IReadOnlyList<byte[]> Parse(ReadOnlySpan<byte> pem, string name, List<CertificateProblem> problems)
    {
        ReportPrivateKey(pem, name, problems);
        var certificates = new List<byte[]>();
        var rest = pem;
        while (PemEncoding.TryFindUtf8(rest, out var fields))
        {
            ReportUnreadable(rest[..fields.Location.Start], name, problems);
            if (TakeBlock(rest, fields, name, problems) is { } der)
                certificates.Add(der);

            rest = rest[fields.Location.End..];
        }

        ReportUnreadable(rest, name, problems);
        if (certificates.Count == 0)
            ReportEmpty(pem, name, problems);

        return certificates.Count <= MaxCertificates
            ? certificates
            : Refuse(problems, $"{name} holds {certificates.Count} certificates, more than {MaxCertificates}",
                "Give only the leaf and its chain, not a bundle of trusted roots.");
    }

    private static byte[]? TakeBlock(
        ReadOnlySpan<byte> pem, PemFields fields, string name, List<CertificateProblem> problems)
    {
        var label = Encoding.ASCII.GetString(pem[fields.Label]);
        if (label is CertificateLabel or "X509 CERTIFICATE")
        {
            // The base64 may be wrapped, so this goes through the decoder that skips white space.
            return Convert.FromBase64String(Encoding.ASCII.GetString(pem[fields.Base64Data]));
        }

        if (label is "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST")
        {
            problems.Add(Error($"{name} holds a certificate request, which no client accepts",
                "Send the request to the CA, and use the certificate that it answers with."));
        }
        else if (!IsPrivateKeyLabel(label))
            problems.Add(Warning($"{name} holds a block \"{label}\", which is not used", "Take it out of the file."));

        return null;
    }

    /// <summary>
    /// Looks for the words, not for a well-formed block: an encrypted traditional key has headers that RFC 7468 does
    /// not know, and a damaged key is a key all the same.
    /// </summary>
    private static void ReportPrivateKey(ReadOnlySpan<byte> pem, string name, List<CertificateProblem> problems)
    {
        if (pem.IndexOf("PRIVATE KEY-----"u8) >= 0)
        {
            problems.Add(Error(
                $"{name} holds a private key. The key of a certificate served here lives on the token, nowhere else; "
                + "one that has been in a file can be handed over, copied and used to impersonate the server",
                "If it is this certificate's key, it is exposed: generate a new one with `fsp key generate`, request "
                + "a new certificate with `fsp csr`, and have the old one revoked. "
                + "Otherwise take it out of this file."));
        }
    }

    private static void ReportUnreadable(ReadOnlySpan<byte> skipped, string name, List<CertificateProblem> problems)
    {
        for (var at = skipped.IndexOf(PreEncapsulation); at >= 0; at = skipped.IndexOf(PreEncapsulation))
        {
            skipped = skipped[(at + PreEncapsulation.Length)..];
            var end = skipped.IndexOf("-----"u8);
            var label = end is >= 0 and <= 64 ? Encoding.ASCII.GetString(skipped[..end]) : "?";
            if (!IsPrivateKeyLabel(label))
                problems.Add(Error($"{name} holds a damaged block \"{label}\"", "Copy the file again, whole."));
        }
    }

    private static void ReportEmpty(ReadOnlySpan<byte> pem, string name, List<CertificateProblem> problems)
    {
        // Every DER or BER certificate and every PKCS#12 file starts with the tag of a SEQUENCE.
        problems.Add(pem is [0x30, ..]
            ? Error($"{name} is not PEM but looks like a DER or PKCS#12 file",
                "Turn a DER certificate into PEM with `openssl x509 -inform DER -in FILE`. A PKCS#12 file mostly holds "
                + "a private key too: request a certificate for a key on the token instead, with `fsp csr`.")
            : Error($"{name} holds no certificate",
                "Give a PEM file that starts with the server's certificate, -----BEGIN CERTIFICATE-----."));
    }

    private static bool IsPrivateKeyLabel(string label) => label.EndsWith("PRIVATE KEY", StringComparison.Ordinal);

    private static byte[][] Refuse(List<CertificateProblem> problems, string message, string mend)
    {
        problems.Add(Error(message, mend));
        return [];
    }

    private static CertificateProblem Error(string message, string mend) => new(ProblemSeverity.Error, message, mend);

    private static CertificateProblem Warning(string message, string mend) =>
        new(ProblemSeverity.Warning, message, mend);
}
