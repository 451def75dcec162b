using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>Renegotiation that the client starts.</summary>
internal sealed class RenegotiationStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "renegotiation";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (CompleteOffers.ForOlder(seen) is not { } offer)
            return scan.Nothing(CompleteOffers.GapOf(seen, Name, isTls13: false));
        var learnt = scan.Take(await RenegotiationProbe.RunAsync(scan.Handshaker, offer, stop));
        return all => all with { Features = all.Features with { ClientRenegotiation = learnt } };
    }
}
