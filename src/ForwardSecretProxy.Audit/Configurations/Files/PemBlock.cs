namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>A block of a PEM file (RFC 7468).</summary>
/// <param name="Label">What stands after BEGIN.</param>
/// <param name="IsEncrypted">Whether it has the header of encrypted keys of old (RFC 1421 section 4.6.1.1).</param>
/// <param name="Base64">Its content, undecoded.</param>
internal readonly record struct PemBlock(string Label, bool IsEncrypted, string Base64)
{
    private const string Begin = "-----BEGIN ";
    private const string Dashes = "-----";

    /// <summary>All blocks; what is cut off or stands between them is passed over.</summary>
    public static IEnumerable<PemBlock> Read(string text)
    {
        string? label = null;
        var isEncrypted = false;
        var lines = new List<string>();
        using var reader = new StringReader(text);
        while (reader.ReadLine()?.Trim() is { } line)
        {
            if (line.StartsWith(Begin, StringComparison.Ordinal) && line.EndsWith(Dashes, StringComparison.Ordinal)
                && line.Length > Begin.Length + Dashes.Length)
            {
                label = line[Begin.Length..^Dashes.Length];
                isEncrypted = false;
                lines.Clear();
            }
            else if (label is not null && line == $"-----END {label}-----")
            {
                yield return new PemBlock(label, isEncrypted, string.Concat(lines));
                label = null;
            }
            else if (label is not null && line.Contains(':', StringComparison.Ordinal))
            {
                isEncrypted |= line.StartsWith("Proc-Type:", StringComparison.Ordinal)
                    && line.EndsWith("ENCRYPTED", StringComparison.Ordinal);
            }
            else if (label is not null)
            {
                lines.Add(line);
            }
        }
    }

    /// <summary>The content; empty when it is not base64.</summary>
    public byte[] Decode()
    {
        try
        {
            return Convert.FromBase64String(Base64);
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
