using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>Puts chains together that were seen in several versions.</summary>
internal static class ChainMerge
{
    /// <summary>Both lists as one, each chain once.</summary>
    public static IReadOnlyList<CertificateChainObservation> Of(
        IEnumerable<CertificateChainObservation> first, IEnumerable<CertificateChainObservation> second) =>
        [.. first.Concat(second).GroupBy(chain => KeyOf(chain.Chain)).Select(same => same.Aggregate(Merge))];

    /// <summary>What makes two chains the same.</summary>
    public static string KeyOf(IEnumerable<string> chain) => string.Join(' ', chain);

    private static CertificateChainObservation Merge(CertificateChainObservation one, CertificateChainObservation other) => one with
    {
        ServerNames = [.. one.ServerNames.Union(other.ServerNames)],
        IsForTarget = one.IsForTarget || other.IsForTarget,
        TimestampsInHandshake = Math.Max(one.TimestampsInHandshake, other.TimestampsInHandshake),
        Stapled = (Answer)Math.Max((int)one.Stapled, (int)other.Stapled),
    };
}
