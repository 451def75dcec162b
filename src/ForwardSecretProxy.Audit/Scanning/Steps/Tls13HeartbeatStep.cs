using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>The heartbeat extension in TLS 1.3, where the answer is encrypted (RFC 8446 section 4.2).</summary>
internal sealed class Tls13HeartbeatStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "heartbeat in TLS 1.3";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (CompleteOffers.ForTls13(seen) is not { } offer)
            return all => all;
        await using var outcome = await scan.Handshaker.ConnectAsync(offer with { Heartbeat = true }, stop);
        if (!outcome.IsComplete)
            return scan.Nothing($"Whether the heartbeat extension is answered in TLS 1.3 is not known, because {outcome.Reason}.");
        var answered = outcome.Facts.Has(ExtensionType.Heartbeat);
        // What is before TLS 1.3 was asked already, and an unknown of a version that is spoken stays one.
        return all => answered ? With(all, Answer.Yes) : all.NewestBeforeTls13() is null ? With(all, Answer.No) : all;
    }

    private static EndpointObservation With(EndpointObservation all, Answer heartbeat) =>
        all with { Features = all.Features with { Heartbeat = heartbeat } };
}
