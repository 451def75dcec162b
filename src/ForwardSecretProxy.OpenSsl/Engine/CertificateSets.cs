using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// What answers a server name: a set of certificates, and those in which spares stand in for some of them. Without spares
/// it is one, and choosing costs nothing.
/// </summary>
internal sealed class CertificateSets
{
    /// <summary>The sets that were tried are a bit each.</summary>
    private const int MaxSets = 32;

    private readonly IReadOnlyList<TlsCertificate> _certificates;
    private readonly ServerCertificates[] _sets;

    /// <param name="certificates">At most one of each key type.</param>
    /// <param name="build">Called for each set, with the schemes that any of them signs with.</param>
    internal CertificateSets(
        IReadOnlyList<TlsCertificate> certificates,
        Func<IReadOnlyList<TlsCertificate>, IReadOnlyList<SignatureScheme>, ServerCertificates> build)
    {
        _certificates = certificates;
        SignatureScheme[] schemes =
            [.. certificates.SelectMany(WithSpares).SelectMany(certificate => certificate.Signer.Schemes).Distinct()];
        var sets = Combine(certificates).ToList();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sets.Count, MaxSets, nameof(certificates));
        _sets = [.. sets.Select(set => build(set, schemes))];
    }

    /// <summary>The set without spares.</summary>
    internal ServerCertificates Preferred => _sets[0];

    /// <summary>The set that is to be used now.</summary>
    internal ServerCertificates Choose()
    {
        if (_sets.Length == 1) return _sets[0];
        var (index, stride) = (0, 1);
        foreach (var certificate in _certificates)
        {
            index += stride * Math.Min(certificate.Choice?.Current ?? 0, certificate.Spares.Count);
            stride *= 1 + certificate.Spares.Count;
        }

        var chosen = _sets[index];
        return chosen.IsAvailable ? chosen : FirstAvailable(tried: 0) ?? chosen;
    }

    /// <summary>Another set, after <paramref name="failed"/> could not be used; null when there is none that can sign.</summary>
    internal ServerCertificates? Next(ServerCertificates failed, ref uint tried)
    {
        for (var i = 0; i < _sets.Length; i++)
        {
            if (ReferenceEquals(_sets[i], failed)) tried |= 1u << i;
        }

        return FirstAvailable(tried);
    }

    private ServerCertificates? FirstAvailable(uint tried)
    {
        for (var i = 0; i < _sets.Length; i++)
        {
            if ((tried & 1u << i) == 0 && _sets[i].IsAvailable) return _sets[i];
        }

        return null;
    }

    /// <summary>
    /// All ways to take one of each certificate and its spares; that with no spare first, the first certificate's spares
    /// before the next one's.
    /// </summary>
    private static IEnumerable<IReadOnlyList<TlsCertificate>> Combine(IReadOnlyList<TlsCertificate> certificates)
    {
        IEnumerable<TlsCertificate[]> sets = [[]];
        foreach (var certificate in certificates)
        {
            var before = sets.ToList();
            sets = WithSpares(certificate).SelectMany(each => before.Select(set => (TlsCertificate[])[.. set, each])).ToList();
        }

        // A spare may be of the type that another certificate has; what is no spare goes before it.
        return sets.Select(set => set.OrderBy(each => certificates.Contains(each) ? 0 : 1)
            .DistinctBy(each => each.KeyType).ToArray());
    }

    private static IEnumerable<TlsCertificate> WithSpares(TlsCertificate certificate) => [certificate, .. certificate.Spares];
}
