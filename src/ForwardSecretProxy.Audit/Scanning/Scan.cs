using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>One scan's way to its server. Every answer goes through here, and into the tally.</summary>
internal sealed class Scan : IDisposable
{
    /// <summary>So many probes without an answer, one after the other, and the server is taken to be gone.</summary>
    private const int MostSilent = 12;

    /// <summary>So often a closed connection is asked for again; then it is taken for the server's way to refuse.</summary>
    private const int MostClosedTwice = 3;

    private readonly Func<CancellationToken, Task<Stream>> _open;
    private readonly Prober _prober;
    private readonly SemaphoreSlim _places;
    private readonly HelloStyle[] _styles = new HelloStyle[TlsVersions.All.Count];
    private readonly List<string> _gaps = [];
    private int _connections;
    private int _silent;
    private int _closedTwice;

    /// <summary>Begins one.</summary>
    /// <param name="open">Opens a connection that is at TLS's first byte.</param>
    /// <param name="serverName">The name to send in SNI, or null for none.</param>
    /// <param name="options">How to go about it.</param>
    public Scan(Func<CancellationToken, Task<Stream>> open, string? serverName, ScanOptions options)
    {
        (_open, ServerName, Options) = (open, serverName, options);
        _prober = new Prober(OpenAsync, options.Timeout);
        Handshaker = new Handshaker(OpenAsync, options.Timeout, TimeProvider.System);
        _places = new SemaphoreSlim(options.Parallel);
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

    /// <summary>Whether the server stopped answering, so that nothing is asked any more.</summary>
    public bool IsGivenUp => Volatile.Read(ref _silent) >= MostSilent;

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
        var stream = await _open(stop);
        Interlocked.Increment(ref _connections);
        return stream;
    }

    /// <summary>Asks, and once more when there was no answer: silence, or a closed connection, may come from a limit.</summary>
    /// <exception cref="IOException">Not one connection could be made so far.</exception>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public async Task<ServerFlight> AskAsync(Offer offer, CancellationToken stop)
    {
        var flight = await AskOnceAsync(offer, stop);
        if (flight.IsAnswered || flight.Ending is FlightEnding.Alert or FlightEnding.Malformed)
            return flight;
        if (flight.Ending == FlightEnding.Closed && Volatile.Read(ref _closedTwice) >= MostClosedTwice)
            return flight;
        var second = await AskOnceAsync(offer, stop);
        if (second.Ending == FlightEnding.Closed && !second.IsAnswered)
            Interlocked.Increment(ref _closedTwice);
        return second;
    }

    /// <summary>Asks in SSL 2.0, and once more when there was silence.</summary>
    /// <exception cref="IOException">Not one connection could be made so far.</exception>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public async Task<(FlightEnding Ending, Ssl2ServerHello? Hello)> AskSsl2Async(CancellationToken stop)
    {
        var answer = await InPlaceAsync(_prober.AskSsl2Async, (FlightEnding.Unconnected, null), stop);
        return answer.Item1 is FlightEnding.TimedOut or FlightEnding.Unconnected
            ? await InPlaceAsync(_prober.AskSsl2Async, (FlightEnding.Unconnected, null), stop) : answer;
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private async Task<ServerFlight> AskOnceAsync(Offer offer, CancellationToken stop)
    {
        var unasked = new ServerFlight { Ending = FlightEnding.Unconnected };
        if (IsGivenUp)
            return unasked;
        var hello = offer.Build(Shares);
        var flight = await InPlaceAsync(each => _prober.AskAsync(hello, FlightExtent.Whole, each), unasked, stop);
        if (flight.IsConclusive)
            Volatile.Write(ref _silent, 0);
        else if (flight.Ending != FlightEnding.Malformed && Interlocked.Increment(ref _silent) == MostSilent)
            AddGap("The server stopped answering, and the scan ended early.");
        Tally.Add(hello, flight);
        return flight;
    }

    private async Task<T> InPlaceAsync<T>(Func<CancellationToken, Task<T>> ask, T unasked, CancellationToken stop)
    {
        await _places.WaitAsync(stop);
        try
        {
            return await ask(stop);
        }
        catch (IOException) when (_connections > 0)
        {
            return unasked;
        }
        finally
        {
            _places.Release();
        }
    }

    private static int IndexOf(TlsVersion version) => version == TlsVersion.Ssl2 ? 0 : (int)version - (int)TlsVersion.Ssl3 + 1;
}
