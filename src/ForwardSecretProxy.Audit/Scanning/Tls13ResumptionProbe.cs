using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Probing;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>Tickets of TLS 1.3: whether they are given, and how they may be used (RFC 8446 sections 2.2, 2.3 and 4.2.9).</summary>
/// <param name="handshaker">The way to the server.</param>
/// <param name="offer">What the server takes, in TLS 1.3.</param>
/// <param name="wait">How tickets are waited for.</param>
internal sealed class Tls13ResumptionProbe(Handshaker handshaker, HandshakeOffer offer, TicketWait wait)
{
    /// <summary>psk_ke and psk_dhe_ke.</summary>
    private static readonly byte[] WithoutKeyExchange = [0], WithKeyExchange = [1];

    private readonly List<string> _gaps = [];

    /// <summary>Asks.</summary>
    /// <param name="samples">How many connections look for a ticket.</param>
    /// <param name="stop">Stops it.</param>
    public async Task<Probed<Tls13ResumptionObservation>> RunAsync(int samples, CancellationToken stop)
    {
        var (sessions, reason) = await SampleAsync(samples, stop);
        if (sessions.Count == 0)
        {
            if (reason is null && !wait.IsSure)
                reason = "none came, but the server said nothing either, and some send tickets with their first words only";
            return reason is null ? new(NoTickets, [])
                : new(new Tls13ResumptionObservation(), [$"Whether tickets are issued in TLS 1.3 is not known, because {reason}."]);
        }

        var ticketOffer = offer with { Session = sessions[^1], PskModes = WithKeyExchange };
        var (first, second, gaps) = await Tls12TicketProbe.ResumeTwiceAsync(handshaker, ticketOffer, "TLS 1.3", stop);
        _gaps.AddRange(gaps);
        var maxEarlyData = sessions.Max(session => session.Ticket!.MaxEarlyData);
        return new(new Tls13ResumptionObservation
        {
            Issued = Answer.Yes,
            ResumesWithKeyExchange = first,
            ResumesTwice = second,
            ResumesWithoutKeyExchange = await WithoutKeyExchangeAsync(stop),
            AcceptsEarlyData = maxEarlyData == 0 ? Answer.No : await EarlyDataAsync(stop),
            MaxEarlyData = maxEarlyData,
            Samples = [.. sessions.Select(TicketSamples.Of)],
        }, _gaps);
    }

    /// <summary>One ticket of each connection.</summary>
    private async Task<(IReadOnlyList<SavedSession> Sessions, string? Reason)> SampleAsync(int samples, CancellationToken stop)
    {
        var sessions = new List<SavedSession>();
        string? reason = null;
        for (var count = 0; count < samples; count++)
        {
            var (session, why) = await FreshAsync(offer, stop);
            reason = why ?? reason;
            if (session is not null)
                sessions.Add(session);
            else if (count >= 1 && sessions.Count == 0)
                break;
        }

        return (sessions, reason);
    }

    private static Tls13ResumptionObservation NoTickets => new()
    {
        Issued = Answer.No,
        ResumesWithKeyExchange = Answer.No,
        ResumesWithoutKeyExchange = Answer.No,
        ResumesTwice = Answer.No,
        AcceptsEarlyData = Answer.No,
    };

    // A ticket for each question: some are good for one answer only.
    private async Task<(SavedSession? Session, string? Reason)> FreshAsync(HandshakeOffer asking, CancellationToken stop)
    {
        await using var outcome = await handshaker.ConnectAsync(asking with { Session = null }, stop);
        return outcome.IsComplete ? (await wait.FirstAsync(outcome.Connection, stop), null) : (null, outcome.Reason);
    }

    private async Task<Answer> WithoutKeyExchangeAsync(CancellationToken stop)
    {
        var (session, why) = await FreshAsync(offer with { PskModes = [1, 0] }, stop);
        if (session is null)
            return Note("Whether TLS 1.3 resumes without a key exchange", why);
        await using var outcome = await handshaker.ConnectAsync(offer with { Session = session, PskModes = WithoutKeyExchange }, stop);
        // It should go on without the ticket, but an alert is a no, too.
        if (outcome.Ending == FlightEnding.Alert)
            return Answer.No;
        if (!outcome.IsComplete)
            return Note("Whether TLS 1.3 resumes without a key exchange", outcome.Reason);
        return outcome.Facts.IsResumed ? Answer.Yes : Answer.No;
    }

    private async Task<Answer> EarlyDataAsync(CancellationToken stop)
    {
        var (session, why) = await FreshAsync(offer, stop);
        if (session is null)
            return Note("Whether early data is accepted", why);
        await using var outcome = await handshaker.ConnectAsync(offer with { Session = session, EarlyData = true }, stop);
        if (!outcome.IsComplete)
            return Note("Whether early data is accepted", outcome.Reason);
        return outcome.Facts.EarlyDataAccepted ? Answer.Yes : Answer.No;
    }

    private Answer Note(string question, string? reason)
    {
        _gaps.Add($"{question} is not known, because {reason ?? "the server gave no further ticket"}.");
        return Answer.Unknown;
    }
}
