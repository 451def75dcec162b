namespace ForwardSecretProxy.Configuration;

/// <summary>Reads one entry of <c>Certificates</c>, with its spares.</summary>
internal static class CertificateReader
{
    /// <summary>More would be more contexts for libssl than anybody has tokens for.</summary>
    private const int MostSpares = 4;

    private const int MostKeys = 16;
    private const string KeyExample = "pkcs11:token=fsp;object=web";

    /// <summary>Null when it cannot be used, which was reported.</summary>
    public static CertificateOptions? Read(SectionReader entry, IReadOnlyList<AcmeAccountOptions> accounts)
    {
        var certificate = ReadPair(entry, entry.Name);
        var hadSpares = entry.Has("Spares");
        var spares = entry.Items("Spares").Select(spare => ReadSpare(spare, entry.Name)).ToList();
        if (spares.Count > MostSpares)
            entry.Report("Spares", $"{spares.Count} are too many", $"Keep the best {MostSpares}.");
        var failBackAfter = ReadFailBack(entry, hadSpares);
        var acme = AcmeReader.ReadOrder(entry, accounts);
        entry.RejectUnknownKeys();
        return certificate is null || spares.Contains(null)
            ? null
            : certificate with { Spares = [.. spares.OfType<CertificateOptions>()], FailBackAfter = failBackAfter, Acme = acme };
    }

    private static CertificateOptions? ReadSpare(SectionReader spare, string name)
    {
        var read = ReadPair(spare, name);
        spare.RejectUnknownKeys();
        return read;
    }

    private static CertificateOptions? ReadPair(SectionReader entry, string name)
    {
        var chain = entry.RequiredFilePath("Chain", "web.pem");
        var keys = ReadKeys(entry);
        return chain is null || keys is null
            ? null
            : new CertificateOptions
            {
                Name = name, Chain = chain, Key = keys[0], Keys = keys.Count > 1 ? keys : [], Path = entry.Path,
            };
    }

    private static IReadOnlyList<string>? ReadKeys(SectionReader entry)
    {
        var several = entry.TextList("Keys", [], KeyExample);
        if (several.Count == 0)
            return entry.RequiredText("Key", KeyExample, "PKCS#11 URI") is { } key ? [key] : null;
        if (entry.Text("Key", type: "PKCS#11 URI") is not null)
            entry.Report("Keys", "there is Key, too", "Write all of them into Keys, and none into Key.");
        if (several.Count > MostKeys)
            entry.Report("Keys", $"{several.Count} are too many", $"Keep {MostKeys}.");
        if (several.Distinct(StringComparer.Ordinal).Count() < several.Count)
            entry.Report("Keys", "one stands twice", "Name each key once; Tokens:<name>:Sessions makes a token sign more at once.");
        return several;
    }

    private static TimeSpan? ReadFailBack(SectionReader entry, bool hasSpares)
    {
        var isManual = entry.Choice("FailBack", "auto", "auto", "manual") == "manual";
        var after = entry.Time(
            "FailBackAfter", CertificateOptions.DefaultFailBackAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        if (!hasSpares && (entry.Has("FailBack") || entry.Has("FailBackAfter")))
            entry.Report("FailBack", "there are no Spares to come back from", "Add them, or take it out.");
        else if (isManual && entry.Has("FailBackAfter"))
            entry.Report("FailBackAfter", "it is not used with \"FailBack\": \"manual\"", "Take one of them out.");
        return isManual ? null : after;
    }
}
