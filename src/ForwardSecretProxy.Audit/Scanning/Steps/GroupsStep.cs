using ForwardSecretProxy.Audit.KeyAgreements;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>The groups of TLS 1.2, or of the newest version before it: curves, and finite fields where RFC 7919 is spoken.</summary>
internal sealed class GroupsStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "groups of TLS 1.2";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        // Before TLS 1.0 there was no way to name a group.
        if (seen.NewestBeforeTls13() is not (> TlsVersion.Ssl3 and { } newest) || seen.Find(newest) is not { } version)
            return all => all;
        var curves = FindCurvesAsync(scan, version, stop);
        var fields = FindFieldsAsync(scan, version, stop);
        var (found, preference) = await curves;
        var groups = new GroupObservation(TlsVersion.Tls12, [.. found, .. await fields], preference);
        return all => groups.Groups.Count == 0 ? all : all with { Groups = [groups, .. all.Groups] };
    }

    private static async Task<(IReadOnlyList<NamedGroup>, Answer)> FindCurvesAsync(
        Scan scan, VersionObservation version, CancellationToken stop)
    {
        if (await Tls12Groups.CreateAsync(scan, version, stop) is not { } offers)
            return ([], Answer.Unknown);
        var found = await Elimination<ushort>.RunAsync(
            Usual.Curves.Select(group => group.Code), left => offers.AskAsync(GroupsOf(left), stop), GroupOf);
        if (!found.IsComplete)
            scan.AddGap("The groups of TLS 1.2 may be more than are listed: the server did not always answer.");
        // A stray that is in the list already is the server's way to say that nothing else is left.
        var accepted = found.Accepted;
        if (found.Stray is { } stray && !accepted.Contains(stray))
            accepted = [.. accepted, stray];
        var groups = GroupsOf(accepted);
        if (groups.Count < 2)
            return (groups, Answer.Unknown);
        var reversed = await offers.AskAsync([.. groups.AsEnumerable().Reverse()], stop);
        var preference = GroupOf(reversed) is not { } chosen ? Answer.Unknown : chosen == groups[0].Code ? Answer.Yes : Answer.No;
        return (groups, preference);
    }

    /// <summary>
    /// A server that does not know RFC 7919 takes no notice of what fields are offered, and its own may well be one of them: only
    /// one that changes its mind, or refuses, has understood.
    /// </summary>
    private static async Task<IReadOnlyList<NamedGroup>> FindFieldsAsync(Scan scan, VersionObservation version, CancellationToken stop)
    {
        if (version.Codes(suite => suite.KeyExchange is KeyExchange.Dhe or KeyExchange.AnonymousDh && !suite.IsExport) is not { Count: > 0 } suites)
            return [];
        var found = await Elimination<ushort>.RunAsync(
            Usual.FiniteFields.Select(group => group.Code),
            left => scan.AskAsync(scan.Offer(version.Version, suites) with { Groups = GroupsOf(left) }, stop),
            flight => flight.KeyExchange?.Prime is { } prime ? NamedFiniteFields.Find(prime)?.Code ?? 0 : null);
        return found.Stray is null ? GroupsOf(found.Accepted) : [];
    }

    private static ushort? GroupOf(ServerFlight flight) => flight.KeyExchange?.Group;

    private static List<NamedGroup> GroupsOf(IReadOnlyList<ushort> codes) => [.. codes.Select(NamedGroups.Find).OfType<NamedGroup>()];
}
