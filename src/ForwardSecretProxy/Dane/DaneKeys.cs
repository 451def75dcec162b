using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Dane;

/// <summary>A certificate in use, and the hosts that it answers.</summary>
/// <param name="Key">Its key, or the one after or before it while that is changed.</param>
/// <param name="Names">The hosts, in the form of <see cref="DnsName"/>.</param>
/// <param name="AnyHost">Whether it counts for every host, because somebody named it.</param>
internal sealed record DaneCertificate(DaneKey Key, IReadOnlyList<string> Names, bool AnyHost);

/// <summary>The keys that records are published for.</summary>
/// <param name="InUse">The certificates that are presented now.</param>
/// <param name="Next">The keys that come next.</param>
internal sealed record DaneKeys(IReadOnlyList<DaneCertificate> InUse, IReadOnlyList<DaneKey> Next)
{
    /// <summary>The hosts that the certificates name; a name with <c>*</c> is none.</summary>
    public IReadOnlyList<string> Hosts =>
        [.. InUse.SelectMany(certificate => certificate.Names).Where(name => name[0] != '*').Distinct()];

    /// <summary>
    /// The keys of one host, those in use first: all that it may present, RSA and ECDSA, because a client gets the one it can use
    /// and has to find its record.
    /// </summary>
    public IReadOnlyList<DaneKey> For(string host) =>
    [
        .. InUse
            .Where(certificate => certificate.AnyHost || certificate.Names.Any(name => DnsName.Covers(name, host)))
            .Select(certificate => certificate.Key),
        .. Next,
    ];
}
