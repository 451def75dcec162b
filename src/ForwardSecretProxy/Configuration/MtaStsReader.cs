using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Configuration;

/// <summary>Reads the <c>MtaSts</c> section.</summary>
internal static class MtaStsReader
{
    /// <summary>Reads it from the root; what cannot be used is reported and left out.</summary>
    public static IReadOnlyList<MtaStsOptions> Read(SectionReader root)
    {
        var entries = new List<MtaStsOptions>();
        foreach (var (key, path, file) in root.FilePaths("MtaSts", "mta-sts-example.txt"))
        {
            if (Domain(key) is not { } domain)
            {
                root.Report(path, $"\"{key}\" is not a mail domain",
                    "Write what stands behind the @ of its addresses, for example \"example.com\".");
            }
            else if (domain.StartsWith("mta-sts.", StringComparison.Ordinal))
            {
                root.Report(path, "it is the policy's host, not the mail domain",
                    $"Write \"{domain["mta-sts.".Length..]}\".");
            }
            else if (entries.Exists(entry => entry.Domain == domain))
            {
                root.Report(path, $"{domain} stands there already, in another spelling", "Keep one of the two.");
            }
            else
            {
                entries.Add(new MtaStsOptions(path, domain, file));
            }
        }
        return entries;
    }

    private static string? Domain(string key)
    {
        try
        {
            return DnsName.Parse(key) is var name && name[0] != '*' ? name : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
