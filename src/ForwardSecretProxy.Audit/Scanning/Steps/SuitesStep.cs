using System.Globalization;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>Which suites each version is spoken with, in which order, and whose order decides.</summary>
internal sealed class SuitesStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "cipher suites";

    /// <summary>How many suites are offered at once: some servers take no long lists.</summary>
    public static int BlockLength(HelloStyle style) => style == HelloStyle.Full ? 96 : 32;

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        var newest = seen.NewestBeforeTls13();
        var versions = await Task.WhenAll(seen.Versions.Select(version =>
            version.Supported == Answer.Yes && version.Version != TlsVersion.Ssl2
                ? ExploreAsync(scan, version, version.Version == newest || version.Version == TlsVersion.Tls13, stop)
                : Task.FromResult(version)));
        return all => all with { Versions = versions };
    }

    private static async Task<VersionObservation> ExploreAsync(
        Scan scan, VersionObservation version, bool withUnregistered, CancellationToken stop)
    {
        IEnumerable<ushort> candidates = Usual.SuitesOf(version.Version);
        var style = scan.Offer(version.Version, []).Style;
        if (withUnregistered && style == HelloStyle.Full)
            candidates = candidates.Concat(UnregisteredSuites.Of(version.Version));
        var found = await Task.WhenAll(candidates.Chunk(BlockLength(style)).Select(
            block => EliminateAsync(scan, version.Version, block, stop)));

        var accepted = found.SelectMany(each => each.Accepted).ToList();
        if (found.Count(each => each.Accepted.Count > 0) > 1)
            // Blocks were tried apart: only all that were accepted, offered together, show what is preferred to what.
            accepted = [.. (await EliminateAsync(scan, version.Version, accepted, stop)).Accepted.Union(accepted)];
        if (found.Any(each => !each.IsComplete))
            scan.AddGap($"The suites of {version.Version.ToText()} may be more than are listed: the server did not always answer.");

        var strays = found.Select(each => each.Stray).OfType<ushort>().Except(accepted).ToList();
        foreach (var stray in strays)
            scan.AddGap($"In {version.Version.ToText()} the server chose suite {NameOf(stray)}, which it was not offered.");
        return version with
        {
            Suites = [.. accepted.Select(CipherSuites.Find).OfType<CipherSuite>()],
            UnknownSuites = [.. accepted.Where(code => CipherSuites.Find(code) is null).Select(NameOf)],
            ServerPreference = await FindPreferenceAsync(scan, version.Version, accepted, stop),
        };
    }

    private static Task<Elimination<ushort>> EliminateAsync(
        Scan scan, TlsVersion version, IEnumerable<ushort> suites, CancellationToken stop) => Elimination<ushort>.RunAsync(
            suites, left => scan.AskAsync(scan.Offer(version, left), stop),
            flight => flight.Hello?.Version == version ? flight.Hello.Suite : null);

    private static async Task<Answer> FindPreferenceAsync(Scan scan, TlsVersion version, List<ushort> accepted, CancellationToken stop)
    {
        // Servers that decide may still let a client have ChaCha20 that puts it first, as phones do; so it stands last both times.
        var others = accepted.Where(code => !IsChaCha20(code)).ToList();
        var order = others.Count > 1 ? [.. others, .. accepted.Where(IsChaCha20)] : accepted;
        var wanted = order.Take(others.Count > 1 ? others.Count : order.Count).ToList();
        if (wanted.Count < 2)
            return Answer.Unknown;

        var first = await ChosenAsync(order);
        var second = await ChosenAsync([.. wanted.AsEnumerable().Reverse(), .. order.Skip(wanted.Count)]);
        if (first is null || second is null)
            return Answer.Unknown;
        return first == second ? Answer.Yes : Answer.No;

        async Task<ushort?> ChosenAsync(IReadOnlyList<ushort> suites) => (await scan.AskAsync(scan.Offer(version, suites), stop)).Hello?.Suite;
    }

    private static bool IsChaCha20(ushort code) =>
        CipherSuites.Find(code)?.Cipher.StartsWith("CHACHA20", StringComparison.Ordinal) == true;

    private static string NameOf(ushort code) =>
        CipherSuites.Find(code)?.Name ?? string.Create(CultureInfo.InvariantCulture, $"0x{code:X4}");
}
