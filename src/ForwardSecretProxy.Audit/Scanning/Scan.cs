using System.Globalization;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>One scan's way to its server. Every answer goes through here, and into the tally.</summary>
internal sealed class Scan : IDisposable
{
    /// <summary>So many questions without an answer, one after the other, and the server is taken to be gone.</summary>
    private const int MostSilent = 12;

    /// <summary>So often a closed connection is asked for again, as long as the server has answered nothing.</summary>
    private const int MostClosedTwice = 3;

    private readonly Func<CancellationToken, Task<Stream>> _open;
    private readonly Prober _prober;
    private readonly RefusalCheck _refusals;
    private readonly CancellationTokenSource _deadline;
    private readonly HelloStyle[] _styles = new HelloStyle[TlsVersions.All.Count];
    private readonly List<string> _gaps = [];
    private int _connections;
    private int _silent;
    private int _closedTwice;
    private string? _over;

    /// <summary>Begins one.</summary>
    /// <param name="open">Opens a connection that is at TLS's first byte, and keeps to the limit of connections at once.</param>
    /// <param name="serverName">The name to send in SNI, or null for none.</param>
    /// <param name="options">How to go about it.</param>
    /// <param name="slowDown">Makes fewer connections from now on; null for nobody who could.</param>
    public Scan(Func<CancellationToken, Task<Stream>> open, string? serverName, ScanOptions options, Action? slowDown = null)
    {
        (_open, ServerName, Options) = (open, serverName, options);
        _prober = new Prober(OpenAsync, options.Timeout);
        Handshaker = new Handshaker(OpenAsync, options.Timeout, TimeProvider.System, ending => Count(ending, ending == FlightEnding.Complete));
        _refusals = new RefusalCheck(AskOnceAsync, slowDown ?? (() => { }), options.FirstPause);
        _deadline = new CancellationTokenSource(options.Deadline);
    }

    /// <summary>How to go about it.</summary>
    public ScanOptions Options { get; }

    /// <summary>The name to send in SNI, or null for none.</summary>
    public string? ServerName { get; }

    /// <summary>Makes complete handshakes.</summary>
    public Handshaker Handshaker { get; }

    /// <summary>A session that was resumed by its ID, to be asked for again when the scan ends.</summary>
    public SavedSession? KeptSession { get; set; }

    /// <summary>The client's key shares.</summary>
    public ClientShares Shares { get; } = new();

    /// <summary>What all answers together show.</summary>
    public FlightTally Tally { get; } = new();

    /// <summary>How many connections were made.</summary>
    public int Connections => _connections;

    /// <summary>What could not be learnt, each once.</summary>
    public IReadOnlyList<string> Gaps
    {
        get
        {
            lock (_gaps)
                return [.. _gaps.Distinct()];
        }
    }

    /// <summary>Whether the server stopped answering, or the time is over, so that nothing is asked any more.</summary>
    public bool IsGivenUp
    {
        get
        {
            if (_deadline.IsCancellationRequested)
                GiveUp(string.Create(CultureInfo.InvariantCulture, $"The scan ended after {Options.Deadline.TotalSeconds} s, before all was asked."));
            return Volatile.Read(ref _over) is not null;
        }
    }

    /// <summary>Whether the server ever agreed on anything. Until then a closed connection says nothing.</summary>
    public bool HasAnswered => _refusals.HasControl;

    /// <summary>Notes what could not be learnt, as a sentence.</summary>
    public void AddGap(string sentence)
    {
        lock (_gaps)
            _gaps.Add(sentence);
    }

    /// <summary>What a step learnt that could not ask.</summary>
    /// <param name="gap">Why not; null when there was nothing to ask.</param>
    public Learnt Nothing(string? gap)
    {
        if (gap is not null)
            AddGap(gap);
        return all => all;
    }

    /// <summary>Notes the gaps of a probe, and returns the rest.</summary>
    public T Take<T>(Probed<T> probed)
    {
        foreach (var sentence in probed.Gaps)
            AddGap(sentence);
        return probed.Seen;
    }

    /// <summary>Sets how much a ClientHello of this version may have.</summary>
    public void SetStyle(TlsVersion version, HelloStyle style) => _styles[IndexOf(version)] = style;

    /// <summary>An offer as the server takes it.</summary>
    public Offer Offer(TlsVersion version, IReadOnlyList<ushort> suites) => new()
    {
        Version = version,
        Suites = suites,
        ServerName = ServerName,
        Style = _styles[IndexOf(version)],
    };

    /// <summary>Makes a connection, which counts.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public async Task<Stream> OpenAsync(CancellationToken stop)
    {
        if (IsGivenUp)
            throw new ReconnectFailedException("the scan had ended before");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, _deadline.Token);
        try
        {
            var stream = await _open(limit.Token);
            Interlocked.Increment(ref _connections);
            return stream;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ReconnectFailedException("the scan ended first");
        }
    }

    /// <summary>
    /// Asks, and once more when there was no answer: silence may come from a limit. A connection that is closed is a refusal only of
    /// a server that answers other questions before and after it.
    /// </summary>
    /// <exception cref="IOException">Not one connection could be made so far.</exception>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public async Task<ServerFlight> AskAsync(Offer offer, CancellationToken stop)
    {
        var flight = await AskOnceAsync(offer, stop);
        if (flight.IsAnswered || flight.Ending is FlightEnding.Alert or FlightEnding.Malformed)
            return flight;
        if (flight.Ending != FlightEnding.Closed)
            flight = await AskOnceAsync(offer, stop);
        else if (!HasAnswered && Interlocked.Increment(ref _closedTwice) <= MostClosedTwice)
            flight = await AskOnceAsync(offer, stop);
        return IsClosed(flight) ? await ConfirmAsync(flight, each => AskOnceAsync(offer, each), IsClosed, Unasked, stop) : flight;
    }

    /// <summary>Asks in SSL 2.0, and once more when there was silence; as for the other.</summary>
    /// <exception cref="IOException">Not one connection could be made so far.</exception>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public async Task<(FlightEnding Ending, Ssl2ServerHello? Hello)> AskSsl2Async(CancellationToken stop)
    {
        (FlightEnding Ending, Ssl2ServerHello? Hello) unasked = (FlightEnding.Unconnected, null);
        var answer = await AskAsync(_prober.AskSsl2Async, unasked, stop);
        if (answer.Ending is FlightEnding.TimedOut or FlightEnding.Unconnected)
            answer = await AskAsync(_prober.AskSsl2Async, unasked, stop);
        return answer.Ending == FlightEnding.Closed
            ? await ConfirmAsync(answer, each => AskAsync(_prober.AskSsl2Async, unasked, each), each => each.Ending == FlightEnding.Closed, unasked, stop)
            : answer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _refusals.Dispose();
        _deadline.Dispose();
    }

    private static ServerFlight Unasked => new() { Ending = FlightEnding.Unconnected };

    private static bool IsClosed(ServerFlight flight) => flight.Ending == FlightEnding.Closed && !flight.IsAnswered;

    private async Task<T> ConfirmAsync<T>(
        T closed, Func<CancellationToken, Task<T>> ask, Func<T, bool> isClosed, T unasked, CancellationToken stop)
    {
        if (!HasAnswered)
            return closed;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, _deadline.Token);
        try
        {
            var (isKnown, answer) = await _refusals.RunAsync(ask, isClosed, () => IsGivenUp, limit.Token);
            if (isKnown)
                return answer!;
            GiveUp("The server closes every connection now, after it had answered others: it limits how often it is asked, and the scan ended early.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The time is over, and it was not learnt.
        }

        return unasked;
    }

    private async Task<ServerFlight> AskOnceAsync(Offer offer, CancellationToken stop)
    {
        if (IsGivenUp)
            return Unasked;
        var hello = offer.Build(Shares);
        var flight = await AskAsync(each => _prober.AskAsync(hello, FlightExtent.Whole, each), Unasked, stop);
        // An alert behind the ServerHello is the server's last word as well; a connection that just ends may have been cut.
        if (flight.IsAnswered && flight.Ending is (FlightEnding.Complete or FlightEnding.Alert))
            _refusals.Offer(offer);
        Count(flight.Ending, flight.IsAnswered);
        Tally.Add(hello, flight);
        return flight;
    }

    // A server that never comes to an end costs as much time as one that never begins.
    private void Count(FlightEnding ending, bool isAnswered)
    {
        if (ending is FlightEnding.TimedOut or FlightEnding.Unconnected)
        {
            if (Interlocked.Increment(ref _silent) >= MostSilent)
                GiveUp("The server stopped answering, and the scan ended early.");
        }
        else if (isAnswered || ending == FlightEnding.Alert)
        {
            Volatile.Write(ref _silent, 0);
        }
    }

    private void GiveUp(string gap)
    {
        if (Interlocked.CompareExchange(ref _over, gap, null) is null)
        {
            AddGap(gap);
            // Whoever waits for his turn need not wait any longer.
            _ = _deadline.CancelAsync();
        }
    }

    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, T unasked, CancellationToken stop)
    {
        try
        {
            return await ask(stop);
        }
        catch (IOException exception) when (_connections > 0 || exception is ReconnectFailedException)
        {
            return unasked;
        }
    }

    private static int IndexOf(TlsVersion version) => version == TlsVersion.Ssl2 ? 0 : (int)version - (int)TlsVersion.Ssl3 + 1;
}
