using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>Resumption by session ID in TLS 1.2 and before (RFC 5246 section 7.3), and how long a session is kept.</summary>
internal static class SessionIdProbe
{
    /// <summary>Asks for the first time.</summary>
    /// <param name="handshaker">The way to the server.</param>
    /// <param name="offer">What the server takes, in TLS 1.2 or before.</param>
    /// <param name="stop">Stops it.</param>
    /// <returns>With the session, when it was resumed: to be asked for again later.</returns>
    public static async Task<(Probed<SessionIdObservation> Probed, SavedSession? Session)> RunAsync(
        Handshaker handshaker, HandshakeOffer offer, CancellationToken stop)
    {
        // Servers that give a ticket keep no session.
        offer = offer with { Tickets = false };
        var (complete, session, reason) = await BeginAsync(handshaker, offer, stop);
        if (!complete)
            return (new(new SessionIdObservation(), [$"Whether sessions have IDs in TLS 1.2 is not known, because {reason}."]), null);
        if (session is null)
            return (new(new SessionIdObservation { Assigned = Answer.No, Resumes = Answer.No }, []), null);

        var asked = await AgainAsync(handshaker, offer, session, new SessionIdObservation { Assigned = Answer.Yes }, stop);
        return (asked, asked.Seen.Resumes == Answer.Yes ? session : null);
    }

    /// <summary>Makes a session that has an ID.</summary>
    internal static async Task<(bool IsComplete, SavedSession? Session, string? Reason)> BeginAsync(
        Handshaker handshaker, HandshakeOffer offer, CancellationToken stop)
    {
        await using var outcome = await handshaker.ConnectAsync(offer with { Tickets = false, Session = null }, stop);
        return outcome.IsComplete ? (true, outcome.Connection.Sessions.FirstOrDefault(each => each.SessionId.Length > 0), null)
            : (false, null, outcome.Reason);
    }

    /// <summary>Asks whether a session is still kept, and notes its age.</summary>
    /// <param name="handshaker">The way to the server.</param>
    /// <param name="offer">As before.</param>
    /// <param name="session">Which.</param>
    /// <param name="before">What was seen before.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task<Probed<SessionIdObservation>> AgainAsync(
        Handshaker handshaker, HandshakeOffer offer, SavedSession session, SessionIdObservation before, CancellationToken stop)
    {
        var (answer, reason) = await Tls12TicketProbe.ResumeAsync(
            handshaker, offer with { Tickets = false, Session = session.ById() }, stop);
        var age = (handshaker.Clock.GetUtcNow() - session.At).TotalSeconds;
        return answer switch
        {
            Answer.Yes => new(before with { Resumes = Answer.Yes, HonouredSeconds = Math.Max(age, before.HonouredSeconds ?? 0) }, []),
            Answer.No when before.Resumes == Answer.Yes =>
                new(before with { RefusedSeconds = Math.Min(age, before.RefusedSeconds ?? age) }, []),
            Answer.No => new(before with { Resumes = Answer.No }, []),
            _ => new(before, [$"Whether a session ID resumes a session is not known, because {reason}."]),
        };
    }
}
