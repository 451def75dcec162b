using System.Globalization;
using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;

namespace ForwardSecretProxy.Audit.Watching;

/// <summary>One look after the other. It remembers the sessions that it asks for again, which no file may.</summary>
/// <param name="handshaker">The way to the server.</param>
/// <param name="scanned">What a scan saw of the server.</param>
internal sealed class WatchRound(Handshaker handshaker, EndpointObservation scanned)
{
    private readonly HandshakeOffer? _older = CompleteOffers.ForOlder(scanned);
    private readonly HandshakeOffer? _tls13 = CompleteOffers.ForTls13(scanned);
    private readonly TicketWait _wait = TicketWait.For(scanned, handshaker.Timeout);
    private SavedSession? _ticket;
    private SavedSession? _session;
    private bool _isFirst = true;

    /// <summary>Looks once.</summary>
    public async Task<WatchState> LookAsync(WatchState state, CancellationToken stop)
    {
        state = state with { Looks = state.Looks + 1 };
        if (_tls13 is not null)
            state = await SampleAsync(_tls13, state, stop);
        if (_older is not null)
        {
            state = await SampleAsync(_older, state, stop);
            state = await AskForTicketAsync(_older, state, stop);
            state = await AskForSessionAsync(_older, state, stop);
        }

        _isFirst = false;
        return state;
    }

    private async Task<WatchState> SampleAsync(HandshakeOffer offer, WatchState state, CancellationToken stop)
    {
        await using var outcome = await handshaker.ConnectAsync(offer, stop);
        if (!outcome.IsComplete)
            return state with { Failed = state.Failed + 1, LastFailure = outcome.Reason };
        if (outcome.Facts.ServerShare is { } share)
        {
            var group = outcome.Facts.Group?.Name ?? string.Create(CultureInfo.InvariantCulture, $"DHE-{8 * share.Length}");
            var sample = ShareSample.Of(handshaker.Clock.GetUtcNow(), outcome.Facts.Version, group, share);
            state = state with { Shares = [.. state.Shares, sample] };
        }

        if (outcome.Facts.Version < TlsVersion.Tls13)
        {
            _ticket ??= _isFirst ? outcome.Connection.Tickets.FirstOrDefault() : null;
            return state with { Tls12Tickets = [.. state.Tls12Tickets, .. outcome.Connection.Tickets.Select(TicketSamples.Of)] };
        }

        if (scanned.Tls13Resumption.Issued != Answer.No)
            await _wait.FirstAsync(outcome.Connection, stop);
        return state with { Tls13Tickets = [.. state.Tls13Tickets, .. outcome.Connection.Tickets.Take(1).Select(TicketSamples.Of)] };
    }

    private async Task<WatchState> AskForTicketAsync(HandshakeOffer offer, WatchState state, CancellationToken stop)
    {
        if (_ticket is null)
            return state;
        var (answer, _) = await Tls12TicketProbe.ResumeAsync(handshaker, offer with { Session = _ticket.ByTicket() }, stop);
        var age = (handshaker.Clock.GetUtcNow() - _ticket.At).TotalSeconds;
        if (answer == Answer.Yes)
            return state with { TicketHonouredSeconds = Math.Max(age, state.TicketHonouredSeconds ?? 0) };
        if (answer == Answer.Unknown)
            return state;
        _ticket = null;
        return state.TicketHonouredSeconds is null ? state
            : state with { TicketRefusedSeconds = Math.Min(age, state.TicketRefusedSeconds ?? age) };
    }

    private async Task<WatchState> AskForSessionAsync(HandshakeOffer offer, WatchState state, CancellationToken stop)
    {
        if (_isFirst)
            _session = (await SessionIdProbe.BeginAsync(handshaker, offer, stop)).Session;
        if (_session is null)
            return state;
        var asked = await SessionIdProbe.AgainAsync(handshaker, offer, _session, state.SessionIds, stop);
        if (asked.Gaps.Count == 0 && (asked.Seen.Resumes == Answer.No || asked.Seen.RefusedSeconds != state.SessionIds.RefusedSeconds))
            _session = null;
        return state with { SessionIds = asked.Seen };
    }
}
