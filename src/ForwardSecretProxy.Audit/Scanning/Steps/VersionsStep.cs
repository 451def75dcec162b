using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>Which versions from SSL 3.0 on are spoken, and how much a ClientHello of each may have.</summary>
internal sealed class VersionsStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "versions";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        var tried = await Task.WhenAll(TlsVersions.All.Skip(1).Select(version => TryAsync(scan, version, stop)));
        // A connection that was closed before the server had answered anything is asked for again now that it has.
        if (scan.HasAnswered)
            tried = await Task.WhenAll(tried.Select(each => WasClosed(each) ? TryAsync(scan, each.Version.Version, stop) : Task.FromResult(each)));
        else
            tried = [.. tried.Select(each => WasClosed(each) ? (each.Version with { Supported = Answer.Unknown }, each.Refusals) : each)];
        if (tried.All(each => each.Version.Supported != Answer.Yes))
            NoteRefusal(scan, [.. tried.SelectMany(each => each.Refusals)]);
        foreach (var (version, _) in tried.Where(each => each.Version.Supported == Answer.Unknown))
            scan.AddGap($"Whether {version.Version.ToText()} is spoken is not known: the server did not answer, or not in TLS.");
        return all => all with { Versions = [.. all.Versions, .. tried.Select(each => each.Version)] };
    }

    private static bool WasClosed((VersionObservation Version, List<ServerFlight> Refusals) tried) =>
        tried.Version.Supported == Answer.No && tried.Refusals.Exists(flight => flight.Ending == FlightEnding.Closed);

    private static async Task<(VersionObservation Version, List<ServerFlight> Refusals)> TryAsync(
        Scan scan, TlsVersion version, CancellationToken stop)
    {
        var refusals = new List<ServerFlight>();
        foreach (var (style, suites) in Attempts(version))
        {
            scan.SetStyle(version, style);
            var flight = await scan.AskAsync(scan.Offer(version, suites), stop);
            if (flight.Hello?.Version == version)
                return (new VersionObservation(version, Answer.Yes), refusals);
            refusals.Add(flight);
        }

        var supported = refusals.All(flight => flight.IsConclusive) ? Answer.No : Answer.Unknown;
        return (new VersionObservation(version, supported), refusals);
    }

    /// <summary>A small hello is tried before a no is believed: the server may have choked on the large one.</summary>
    private static IEnumerable<(HelloStyle, IReadOnlyList<ushort>)> Attempts(TlsVersion version)
    {
        foreach (var block in Usual.SuitesOf(version).Chunk(SuitesStep.BlockLength(HelloStyle.Full)))
            yield return (HelloStyle.Full, block);
        if (version == TlsVersion.Tls13)
        {
            yield return (HelloStyle.Lean, [.. Usual.Tls13Suites.Take(3)]);
            yield break;
        }

        yield return (HelloStyle.Lean, Usual.FewSuites);
        yield return (HelloStyle.Bare, Usual.FewSuites);
    }

    private static void NoteRefusal(Scan scan, List<ServerFlight> refusals)
    {
        if (refusals.Find(flight => flight.Problem is not null) is { Problem: { } problem })
            scan.AddGap($"The server answered no ClientHello: {problem}.");
        else if (refusals.Exists(flight => flight.Alert?.Description == TlsAlert.UnrecognizedName))
            scan.AddGap($"The server does not know the name \"{scan.ServerName}\"; ask for one that it has a certificate for.");
        else if (scan.ServerName is null && refusals.Exists(flight => flight.IsConclusive))
            scan.AddGap("The server refused every ClientHello, none of which had a name: it may want one in SNI.");
    }
}
