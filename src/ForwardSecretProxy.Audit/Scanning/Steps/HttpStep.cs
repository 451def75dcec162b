using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>One request, where ALPN or the port says that HTTP is spoken.</summary>
internal sealed class HttpStep : IScanStep
{
    private static readonly int[] Ports = [443, 8443];
    private static readonly string[] Protocols = ["http/1.1", "h2"];

    /// <inheritdoc/>
    public string Name => "HTTP";

    /// <summary>Whether the port is one of HTTP's, or ALPN said so.</summary>
    public static bool IsLikely(EndpointObservation seen) => seen.StartTls is null
        && (Ports.Contains(seen.Port) || seen.ApplicationProtocols.Any(Protocols.Contains));

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        var protocol = Protocols.FirstOrDefault(seen.ApplicationProtocols.Contains);
        if (!IsLikely(seen) || (CompleteOffers.ForTls13(seen) ?? CompleteOffers.ForOlder(seen)) is not { } offer)
            return all => all;
        var learnt = scan.Take(await HttpProbe.RunAsync(
            scan.Handshaker, offer, seen.ServerName ?? seen.Host, seen.Port, protocol, stop));
        return all => all with { Http = learnt };
    }
}
