using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>Tickets of TLS 1.3, resumption with and without a key exchange, and early data.</summary>
internal sealed class Tls13ResumptionStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "resumption in TLS 1.3";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (CompleteOffers.ForTls13(seen) is not { } offer)
            return scan.Nothing(CompleteOffers.GapOf(seen, Name, isTls13: true));
        var probe = new Tls13ResumptionProbe(scan.Handshaker, offer, TicketWait.For(seen, scan.Options.Timeout));
        var learnt = scan.Take(await probe.RunAsync(scan.Options.Samples, stop));
        return all => all with { Tls13Resumption = learnt };
    }
}
