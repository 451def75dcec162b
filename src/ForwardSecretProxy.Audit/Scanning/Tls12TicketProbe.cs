using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>Session tickets of TLS 1.2 and before: whether they are given, taken, and taken again (RFC 5077).</summary>
internal static class Tls12TicketProbe
{
    /// <summary>Asks.</summary>
    /// <param name="handshaker">The way to the server.</param>
    /// <param name="offer">What the server takes, in TLS 1.2 or before.</param>
    /// <param name="samples">How many connections look for a ticket.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task<Probed<Tls12TicketObservation>> RunAsync(
        Handshaker handshaker, HandshakeOffer offer, int samples, CancellationToken stop)
    {
        var sessions = new List<SavedSession>();
        string? reason = null;
        for (var count = 0; count < samples; count++)
        {
            await using var outcome = await handshaker.ConnectAsync(offer, stop);
            reason = outcome.IsComplete ? reason : outcome.Reason;
            if (outcome.Connection?.Tickets.FirstOrDefault() is { } session)
                sessions.Add(session);
            // A server that gives none the first times gives none.
            else if (count >= 1 && sessions.Count == 0)
                break;
        }

        if (sessions.Count == 0)
        {
            return reason is null ? new(new Tls12TicketObservation { Issued = Answer.No, Resumes = Answer.No, ResumesTwice = Answer.No }, [])
                : new(new Tls12TicketObservation(), [$"Whether session tickets are issued in TLS 1.2 is not known, because {reason}."]);
        }

        var (first, second, gaps) = await ResumeTwiceAsync(handshaker, offer with { Session = sessions[^1].ByTicket() }, "TLS 1.2", stop);
        return new(new Tls12TicketObservation
        {
            Issued = Answer.Yes,
            Resumes = first,
            ResumesTwice = second,
            Samples = [.. sessions.Select(TicketSamples.Of)],
        }, gaps);
    }

    /// <summary>Resumes a session, and once more with the same ticket.</summary>
    internal static async Task<(Answer First, Answer Second, IReadOnlyList<string> Gaps)> ResumeTwiceAsync(
        Handshaker handshaker, HandshakeOffer offer, string version, CancellationToken stop)
    {
        var (first, reason) = await ResumeAsync(handshaker, offer, stop);
        if (first == Answer.Unknown)
            return (first, Answer.Unknown, [$"Whether a ticket resumes a session of {version} is not known, because {reason}."]);
        if (first == Answer.No)
            return (first, Answer.No, []);
        (var second, reason) = await ResumeAsync(handshaker, offer, stop);
        return (first, second, second == Answer.Unknown
            ? [$"Whether a ticket of {version} is good twice is not known, because {reason}."] : []);
    }

    /// <summary>Whether the session of an offer is resumed.</summary>
    internal static async Task<(Answer Answer, string? Reason)> ResumeAsync(
        Handshaker handshaker, HandshakeOffer offer, CancellationToken stop)
    {
        await using var outcome = await handshaker.ConnectAsync(offer, stop);
        return outcome.IsComplete ? (outcome.Facts.IsResumed ? Answer.Yes : Answer.No, null) : (Answer.Unknown, outcome.Reason);
    }
}
