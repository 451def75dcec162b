using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>
/// Finds the keys behind session tickets. A ticket that is encrypted begins with the name of its key where the server follows
/// RFC 5077 section 4, as OpenSSL, BoringSSL and GnuTLS do; one that is a name of an entry in memory begins with random bytes.
/// </summary>
public static class TicketKeys
{
    /// <summary>
    /// The keys that at least two distinct tickets share, the earliest first. Tickets whose first 16 bytes no other has are
    /// left out, since those bytes may be random, except where the other samples show that the server does name its keys.
    /// </summary>
    public static IReadOnlyList<TicketKey> Recognise(IEnumerable<TicketSample> samples)
    {
        var ordered = samples.OrderBy(sample => sample.At).ToList();
        var byName = ordered.GroupBy(sample => sample.Prefix, StringComparer.OrdinalIgnoreCase).ToList();
        if (!byName.Any(tickets => tickets.Count() > 1))
            return [];

        return [.. byName
            .Select(tickets => new TicketKey(tickets.Key, tickets.First().At, tickets.Last().At, tickets.Count()))
            .OrderBy(key => key.First)];
    }

    /// <summary>Whether any key was seen for longer than <paramref name="limit"/>.</summary>
    public static bool OutliveAny(IEnumerable<TicketKey> keys, TimeSpan limit) => keys.Any(key => key.Observed > limit);

    /// <summary>
    /// Whether the samples go on for longer than <paramref name="limit"/> and no key was seen for as long. Nothing shorter
    /// tells keys that follow each other from those of several machines behind one address.
    /// </summary>
    public static bool AreReplacedWithin(IReadOnlyList<TicketKey> keys, TimeSpan limit) =>
        keys.Count > 1 && keys.Max(key => key.Last) - keys.Min(key => key.First) > limit && !OutliveAny(keys, limit);
}
