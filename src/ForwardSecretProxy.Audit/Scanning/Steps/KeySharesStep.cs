using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>
/// Has every group's key shares sampled as often as is wanted. It comes last and goes round the groups in turn, so that a group's samples
/// are spread over the whole scan: the tally has what the other steps brought.
/// </summary>
internal sealed class KeySharesStep : IScanStep
{
    /// <summary>Fields longer than this cost a server some tenths of a second each time.</summary>
    private const int CostlyBits = 3072;

    /// <summary>So many of those are enough for the check of reused keys.</summary>
    private const int CostlySamples = 8;

    /// <inheritdoc/>
    public string Name => "key shares";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        var sources = await FindSourcesAsync(scan, seen, stop);
        for (var round = 0; round < scan.Options.Samples && !scan.IsGivenUp; round++)
        {
            var wanting = sources.Where(source => source.Samples() < source.Wanted).ToList();
            if (wanting.Count == 0)
                break;
            await Task.WhenAll(wanting.Select(source => source.Ask()));
        }

        if (sources.Exists(source => source.Samples() is > 0 and var got && got < source.Wanted))
            scan.AddGap("Of some groups fewer key shares were seen than were wanted: the server did not always answer.");
        return all => all;
    }

    private static async Task<List<(int Wanted, Func<int> Samples, Func<Task> Ask)>> FindSourcesAsync(
        Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        var sources = new List<(int, Func<int>, Func<Task>)>();
        if (seen.Find(TlsVersion.Tls13) is { } tls13)
        {
            var suites = tls13.Codes(_ => true);
            foreach (var group in GroupsOf(TlsVersion.Tls13).Where(group => scan.Shares.For(group) is not null))
                Add(TlsVersion.Tls13, group, () => scan.AskAsync(
                    scan.Offer(TlsVersion.Tls13, suites) with { Groups = [group], Shares = [group] }, stop));
        }

        if (seen.NewestBeforeTls13() is not { } newest || seen.Find(newest) is not { } version)
            return sources;
        if (await Tls12Groups.CreateAsync(scan, version, stop) is { } curves)
        {
            foreach (var group in GroupsOf(TlsVersion.Tls12).Where(group => group.Kind == NamedGroupKind.Curve))
                Add(newest, group, () => curves.AskAsync([group], stop));
        }

        if (version.Codes(suite => suite.KeyExchange is KeyExchange.Dhe or KeyExchange.AnonymousDh) is not { Count: > 0 } fields)
            return sources;
        var named = GroupsOf(TlsVersion.Tls12).Where(group => group.Kind == NamedGroupKind.FiniteField).ToList();
        foreach (var group in named)
            Add(newest, group, () => scan.AskAsync(scan.Offer(newest, fields) with { Groups = [group] }, stop));
        if (named.Count == 0)
            // Where RFC 7919 is not known, which parameters the server has does not depend on what is asked for.
            Add(newest, null, () => scan.AskAsync(scan.Offer(newest, fields), stop));
        return sources;

        void Add(TlsVersion of, NamedGroup? group, Func<Task> ask) => sources.Add((
            group is { Kind: NamedGroupKind.FiniteField, Bits: > CostlyBits }
                ? Math.Min(CostlySamples, scan.Options.Samples) : scan.Options.Samples,
            () => group is null ? scan.Tally.FiniteFieldSamples(of) : scan.Tally.Samples(of, group.Name),
            ask));

        IReadOnlyList<NamedGroup> GroupsOf(TlsVersion of) => seen.Groups.FirstOrDefault(each => each.Version == of)?.Groups ?? [];
    }
}
