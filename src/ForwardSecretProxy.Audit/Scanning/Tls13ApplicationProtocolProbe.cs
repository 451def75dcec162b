using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Probing;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>The protocols agreed on by ALPN in TLS 1.3, where the answer is encrypted.</summary>
internal static class Tls13ApplicationProtocolProbe
{
    /// <summary>Offers all, and takes out what the server chose, until it chooses none.</summary>
    public static async Task<Probed<IReadOnlyList<string>>> RunAsync(
        Handshaker handshaker, HandshakeOffer offer, IReadOnlyList<string> protocols, CancellationToken stop)
    {
        var (left, found) = (protocols.ToList(), new List<string>());
        while (left.Count > 0)
        {
            await using var outcome = await handshaker.ConnectAsync(offer with { ApplicationProtocols = left }, stop);
            if (!outcome.IsComplete && outcome.Ending != FlightEnding.Alert)
                return new(found, [$"Not every application protocol of TLS 1.3 is known, because {outcome.Reason}."]);
            if (outcome.Facts?.ApplicationProtocol is not { } chosen || !left.Remove(chosen))
                break;
            found.Add(chosen);
        }

        return new(found, []);
    }
}
