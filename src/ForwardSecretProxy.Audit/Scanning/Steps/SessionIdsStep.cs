using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>Session IDs of TLS 1.2 and before. The session is kept, to be asked for again when the scan ends.</summary>
internal sealed class SessionIdsStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "session IDs";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (CompleteOffers.ForOlder(seen) is not { } offer)
            return scan.Nothing(CompleteOffers.GapOf(seen, Name, isTls13: false));
        var (probed, session) = await SessionIdProbe.RunAsync(scan.Handshaker, offer, stop);
        scan.KeptSession = session;
        var learnt = scan.Take(probed);
        return all => all with { SessionIds = learnt };
    }
}
