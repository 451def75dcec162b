using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>Whether a session that was resumed early in the scan still is at its end.</summary>
internal sealed class SessionIdsLaterStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "age of sessions";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (scan.KeptSession is not { } session || CompleteOffers.ForOlder(seen) is not { } offer)
            return all => all;
        var learnt = scan.Take(await SessionIdProbe.AgainAsync(scan.Handshaker, offer, session, seen.SessionIds, stop));
        return all => all with { SessionIds = learnt };
    }
}
