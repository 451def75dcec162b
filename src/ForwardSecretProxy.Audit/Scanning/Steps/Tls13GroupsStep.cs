using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>
/// The groups of TLS 1.3. A ClientHello without any key share makes a server name the group it wants in a
/// HelloRetryRequest (RFC 8446 section 4.1.4); what that does not show is asked for with a share, one by one.
/// </summary>
internal sealed class Tls13GroupsStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "groups of TLS 1.3";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (seen.Find(TlsVersion.Tls13) is not { } version)
            return all => all;
        var suites = version.Codes(_ => true);
        var found = await Elimination<ushort>.RunAsync(
            Usual.Groups.Select(group => group.Code), left => AskAsync(left, []),
            flight => flight.Hello is { Version: TlsVersion.Tls13, KeyShare: { } share } ? share.Group : null);
        var accepted = found.Accepted.ToList();
        var complete = found.IsComplete;
        if (accepted.Count == 0)
            // Not every server takes an empty list of shares.
            (accepted, complete) = await TryEachAsync();
        if (!complete)
            scan.AddGap("The groups of TLS 1.3 may be more than are listed: the server did not always answer.");

        var groups = new GroupObservation(TlsVersion.Tls13, GroupsOf(accepted), await FindPreferenceAsync());
        return all => all with { Groups = [.. all.Groups, groups] };

        Task<Probing.ServerFlight> AskAsync(IReadOnlyList<ushort> offered, IReadOnlyList<NamedGroup> shares) => scan.AskAsync(
            scan.Offer(TlsVersion.Tls13, suites) with { Groups = GroupsOf(offered), Shares = shares }, stop);

        async Task<(List<ushort>, bool)> TryEachAsync()
        {
            var tried = await Task.WhenAll(Usual.Groups.Where(group => scan.Shares.For(group) is not null).Select(async group =>
                (group.Code, Flight: await AskAsync([group.Code], [group]))));
            return (
                [.. tried.Where(each => each.Flight.Hello?.Version == TlsVersion.Tls13).Select(each => each.Code)],
                tried.All(each => each.Flight.IsConclusive));
        }

        // With shares for both, as real clients send them: some servers have an order for retry requests alone.
        async Task<Answer> FindPreferenceAsync()
        {
            if (GroupsOf(accepted).Where(group => scan.Shares.For(group) is not null).Take(2).ToList() is not [var one, var other])
                return Answer.Unknown;
            var first = (await AskAsync([one.Code, other.Code], [one, other])).Hello?.KeyShare?.Group;
            var second = (await AskAsync([other.Code, one.Code], [other, one])).Hello?.KeyShare?.Group;
            return first is null || second is null ? Answer.Unknown : first == second ? Answer.Yes : Answer.No;
        }
    }

    private static List<NamedGroup> GroupsOf(IReadOnlyList<ushort> codes) => [.. codes.Select(NamedGroups.Find).OfType<NamedGroup>()];
}
