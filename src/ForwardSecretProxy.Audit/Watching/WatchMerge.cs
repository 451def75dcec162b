using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Watching;

/// <summary>Puts what a watch saw into what a scan saw.</summary>
internal static class WatchMerge
{
    /// <summary>Both together.</summary>
    public static EndpointObservation Of(EndpointObservation scanned, WatchState state) => scanned with
    {
        Tls12Tickets = scanned.Tls12Tickets with
        {
            Issued = state.Tls12Tickets.Count > 0 ? Answer.Yes : scanned.Tls12Tickets.Issued,
            Samples = [.. scanned.Tls12Tickets.Samples.Concat(state.Tls12Tickets).OrderBy(sample => sample.At)],
            HonouredSeconds = state.TicketHonouredSeconds,
            RefusedSeconds = state.TicketRefusedSeconds,
        },
        Tls13Resumption = scanned.Tls13Resumption with
        {
            Issued = state.Tls13Tickets.Count > 0 ? Answer.Yes : scanned.Tls13Resumption.Issued,
            Samples = [.. scanned.Tls13Resumption.Samples.Concat(state.Tls13Tickets).OrderBy(sample => sample.At)],
        },
        SessionIds = scanned.SessionIds with
        {
            HonouredSeconds = Most(scanned.SessionIds.HonouredSeconds, state.SessionIds.HonouredSeconds),
            RefusedSeconds = state.SessionIds.RefusedSeconds ?? scanned.SessionIds.RefusedSeconds,
        },
        KeyShares = Shares(scanned.KeyShares, state.Shares),
        Gaps = state.Failed == 0 ? scanned.Gaps
            : [.. scanned.Gaps, $"While it was watched, {state.Failed} handshakes failed, the last because {state.LastFailure}."],
    };

    private static double? Most(double? one, double? other) => one is null || other > one ? other : one;

    private static IReadOnlyList<KeyShareObservation> Shares(IReadOnlyList<KeyShareObservation> scanned, IReadOnlyList<ShareSample> watched)
    {
        var fresh = watched.GroupBy(sample => (sample.Version, sample.Group)).ToDictionary(same => same.Key, same => same.ToList());
        IEnumerable<KeyShareObservation> known = scanned.Select(each => fresh.Remove((each.Version, each.Group), out var more)
            ? each with { Samples = each.Samples + more.Count, Repeated = Together(each.Repeated, Repeated(more)) } : each);
        // The first pass has to be over before what is left of the others is read.
        KeyShareObservation[] merged = [.. known];
        return [.. merged, .. fresh.Select(each => Alone(each.Key.Version, each.Key.Group, each.Value))];
    }

    private static KeyShareObservation Alone(TlsVersion version, string group, List<ShareSample> samples) =>
        new(version, group, samples.Count) { Repeated = Together([], Repeated(samples)) };

    private static IReadOnlyList<RepeatedKeyShare> Together(IEnumerable<RepeatedKeyShare> one, IEnumerable<RepeatedKeyShare> other) =>
    [
        .. one.Concat(other).GroupBy(share => share.Share)
            .Select(same => new RepeatedKeyShare(same.Key, same.Sum(each => each.Times), same.Max(each => each.Seconds)))
            .OrderByDescending(share => share.Times),
    ];

    private static IEnumerable<RepeatedKeyShare> Repeated(IEnumerable<ShareSample> samples) => samples
        .GroupBy(sample => sample.Digest).Where(same => same.Count() > 1)
        .Select(same => new RepeatedKeyShare(
            same.First().Share, same.Count(), (same.Max(one => one.At) - same.Min(one => one.At)).TotalSeconds));
}
