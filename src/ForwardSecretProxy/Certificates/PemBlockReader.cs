using System.Security.Cryptography;
using System.Text;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// Takes the blocks of one label out of a PEM file (RFC 7468), for files of CAs. Bounded in bytes and in blocks. A private
/// key in the file, a damaged block and a block of another label are errors.
/// </summary>
internal static class PemBlockReader
{
    private static ReadOnlySpan<byte> PreEncapsulation => "-----BEGIN "u8;

    /// <summary>Reads the DER of every block in <paramref name="path"/>, in the file's order.</summary>
    /// <param name="path">A PEM file.</param>
    /// <param name="label">Such as <c>CERTIFICATE</c>.</param>
    /// <param name="maxBytes">The largest file that is read.</param>
    /// <param name="maxBlocks">The most blocks.</param>
    /// <param name="problems">Takes everything that is wrong with the file; nothing is thrown for its content.</param>
    public static IReadOnlyList<byte[]> Read(
        string path, string label, int maxBytes, int maxBlocks, List<CertificateProblem> problems)
    {
        byte[] pem;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var bounded = new MemoryStream();
            var chunk = new byte[64 * 1024];
            for (int count; bounded.Length <= maxBytes && (count = file.Read(chunk)) > 0;)
                bounded.Write(chunk, 0, count);
            pem = bounded.ToArray();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Refuse(problems, $"{path} does not exist", "Correct the path, or put the file there.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse(problems, $"{path} cannot be read: {exception.Message.TrimEnd('.')}",
                "Let the account of the proxy read it.");
        }

        return pem.Length > maxBytes
            ? Refuse(problems, $"{path} is larger than {maxBytes / 1024} KiB", "Keep only what is needed in it.")
            : Parse(pem, path, label, maxBlocks, problems);
    }

    private static IReadOnlyList<byte[]> Parse(
        byte[] pem, string path, string label, int maxBlocks, List<CertificateProblem> problems)
    {
        // The words, not a well-formed block: a damaged key is a key all the same.
        if (pem.AsSpan().IndexOf("PRIVATE KEY-----"u8) >= 0)
        {
            return Refuse(problems, $"{path} holds a private key, which the proxy has no use for",
                "Take it out. If it is a CA's key, whoever could read this file can make certificates in the CA's name.");
        }

        var blocks = new List<byte[]>();
        ReadOnlySpan<byte> rest = pem;
        while (PemEncoding.TryFindUtf8(rest, out var fields))
        {
            var found = Encoding.UTF8.GetString(rest[fields.Label]);
            if (rest[..fields.Location.Start].IndexOf(PreEncapsulation) >= 0) break;
            if (found != label)
                return Refuse(problems, $"{path} holds a block \"{found}\"", $"Keep only blocks \"{label}\" in it.");
            blocks.Add(Convert.FromBase64String(Encoding.ASCII.GetString(rest[fields.Base64Data])));
            rest = rest[fields.Location.End..];
        }

        if (rest.IndexOf(PreEncapsulation) >= 0)
            return Refuse(problems, $"{path} holds a damaged block", "Copy the file again, whole.");
        if (blocks.Count == 0)
        {
            return Refuse(problems, $"{path} holds no block \"{label}\"",
                $"Give a PEM file with -----BEGIN {label}-----; openssl makes PEM of DER with -inform DER.");
        }

        return blocks.Count <= maxBlocks
            ? blocks
            : Refuse(problems, $"{path} holds {blocks.Count} blocks, more than {maxBlocks}", "Keep only what is needed in it.");
    }

    private static byte[][] Refuse(List<CertificateProblem> problems, string message, string mend)
    {
        problems.Add(new CertificateProblem(ProblemSeverity.Error, message, mend));
        return [];
    }
}
