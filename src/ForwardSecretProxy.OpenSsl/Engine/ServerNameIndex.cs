using System.Net;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// Which certificates answer which server name. An exact name goes before a wildcard, which stands for one label
/// (RFC 6125 section 6.4.3); a key type that only the wildcard has is added, so that RSA and ECDSA serve side by side.
/// </summary>
internal sealed class ServerNameIndex<T>
    where T : class
{
    private readonly Dictionary<string, T> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, T> _wildcard = new(StringComparer.Ordinal);

    /// <param name="certificates">In order of preference; the first gives the default.</param>
    /// <param name="create">Called once for each distinct set of certificates, at most one for each key type.</param>
    internal ServerNameIndex(IReadOnlyList<TlsCertificate> certificates, Func<IReadOnlyList<TlsCertificate>, T> create)
    {
        var made = new Dictionary<string, T>(StringComparer.Ordinal);
        T Get(IEnumerable<TlsCertificate> candidates)
        {
            var set = candidates.DistinctBy(certificate => certificate.KeyType).ToArray();
            var key = string.Join(',', set.Select(certificate => IndexOf(certificates, certificate)));
            return made.TryGetValue(key, out var found) ? found : made[key] = create(set);
        }

        foreach (var name in certificates.SelectMany(certificate => certificate.DnsNames).Distinct(StringComparer.Ordinal))
        {
            var owners = certificates.Where(certificate => certificate.DnsNames.Contains(name));
            if (name.StartsWith("*.", StringComparison.Ordinal))
                _wildcard[name[2..]] = Get(owners);
            else
                _exact[name] = Get(owners.Concat(certificates.Where(certificate => certificate.DnsNames.Contains("*" + Parent(name)))));
        }

        var first = certificates[0];
        Default = Get(certificates.Where(certificate => certificate == first || certificate.DnsNames.Intersect(first.DnsNames).Any()));
    }

    /// <summary>Serves clients that name nobody.</summary>
    internal T Default { get; }

    /// <summary>What serves <paramref name="name"/> (lower case), or null when nothing does.</summary>
    internal T? Find(ReadOnlySpan<char> name)
    {
        if (_exact.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var exact)) return exact;
        var dot = name.IndexOf('.');
        if (dot > 0 && _wildcard.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[(dot + 1)..], out var wildcard))
            return wildcard;

        // RFC 6066 allows no address here; a client that sends one all the same has named nobody.
        return IPAddress.TryParse(name, out _) ? Default : null;
    }

    private static string Parent(string name) =>
        name.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? name[dot..] : "";

    private static int IndexOf(IReadOnlyList<TlsCertificate> certificates, TlsCertificate certificate)
    {
        for (var i = 0; i < certificates.Count; i++)
        {
            if (ReferenceEquals(certificates[i], certificate)) return i;
        }

        return -1;
    }
}
