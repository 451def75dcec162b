using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>Session tickets of TLS 1.2 and before.</summary>
internal sealed class Tls12TicketsStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "session tickets";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (CompleteOffers.ForOlder(seen) is not { } offer)
            return scan.Nothing(CompleteOffers.GapOf(seen, Name, isTls13: false));
        var learnt = scan.Take(await Tls12TicketProbe.RunAsync(scan.Handshaker, offer, scan.Options.Samples, stop));
        return all => all with { Tls12Tickets = learnt };
    }
}
