using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Probing;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>Whether a client may start a second handshake inside a connection of TLS 1.2 or before.</summary>
internal static class RenegotiationProbe
{
    /// <summary>Asks.</summary>
    public static async Task<Probed<Answer>> RunAsync(Handshaker handshaker, HandshakeOffer offer, CancellationToken stop)
    {
        await using var outcome = await handshaker.ConnectAsync(offer, stop);
        if (!outcome.IsComplete)
            return Unknown(outcome.Reason);
        await using var second = await handshaker.RenegotiateAsync(outcome.Connection, offer, stop);
        return second.Ending switch
        {
            FlightEnding.Complete => new(Answer.Yes, []),
            FlightEnding.Alert or FlightEnding.Closed => new(Answer.No, []),
            _ => Unknown(second.Reason),
        };
    }

    private static Probed<Answer> Unknown(string reason) =>
        new(Answer.Unknown, [$"Whether a client may renegotiate is not known, because {reason}."]);
}
