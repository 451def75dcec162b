using System.Collections.Frozen;
using System.Globalization;

namespace ForwardSecretProxy.Audit.Registry;

/// <summary>Every cipher suite there is.</summary>
public static class CipherSuites
{
    private static readonly FrozenDictionary<ushort, CipherSuite> ByCode = Read().ToFrozenDictionary(suite => suite.Code);

    private static readonly FrozenDictionary<string, CipherSuite> ByName =
        ByCode.Values.ToFrozenDictionary(suite => suite.Name, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, CipherSuite> ByOpenSslName = ByCode.Values
        .Where(suite => suite.OpenSslName is not null)
        .ToFrozenDictionary(suite => suite.OpenSslName!, StringComparer.Ordinal);

    /// <summary>All of them in the order of their codes.</summary>
    public static IReadOnlyList<CipherSuite> All { get; } = [.. ByCode.Values.OrderBy(suite => suite.Code)];

    /// <summary>Those of TLS 1.3, which no older version can use, nor the other way round (RFC 8446 section 4.1.2).</summary>
    public static IReadOnlyList<CipherSuite> Tls13 { get; } =
        [.. All.Where(suite => suite.KeyExchange == KeyExchange.Separate)];

    /// <summary>Those of SSL 3.0 to TLS 1.2.</summary>
    public static IReadOnlyList<CipherSuite> Older { get; } =
        [.. All.Where(suite => suite.KeyExchange != KeyExchange.Separate)];

    /// <summary>The suite of a code, or null for one that nobody registered or is known to have used.</summary>
    public static CipherSuite? Find(ushort code) => ByCode.GetValueOrDefault(code);

    /// <summary>The suite of a name: IANA's, or OpenSSL's. Null when there is none.</summary>
    public static CipherSuite? Find(string name) => ByName.GetValueOrDefault(name) ?? ByOpenSslName.GetValueOrDefault(name);

    private static IEnumerable<CipherSuite> Read()
    {
        using var input = typeof(CipherSuites).Assembly
            .GetManifestResourceStream("ForwardSecretProxy.Audit.Registry.cipher-suites.csv")!;
        using var lines = new StreamReader(input);
        while (lines.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var cells = line.Split(',');
            yield return new CipherSuite(
                ushort.Parse(cells[0].AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                cells[1], cells[2].Length > 0 ? cells[2] : null, cells[3].Length == 0);
        }
    }
}
