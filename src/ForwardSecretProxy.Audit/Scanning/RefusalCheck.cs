using ForwardSecretProxy.Audit.Probing;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>
/// Tells a server that refuses a question by closing the connection, as old ones do, from one that has had enough connections. Between two
/// questions that the server is known to answer the open one is asked once more, with no other check at the same time: closed then,
/// it is a refusal. Where a known question is not answered, there is a limit: it goes slower, and after a pause on.
/// </summary>
/// <param name="ask">Asks a known question.</param>
/// <param name="slowDown">Makes fewer connections from now on.</param>
/// <param name="firstPause">The pause after the first sign of a limit; each after it is twice as long.</param>
internal sealed class RefusalCheck(Func<Offer, CancellationToken, Task<ServerFlight>> ask, Action slowDown, TimeSpan firstPause) : IDisposable
{
    /// <summary>With pauses from 250 ms on some 8 s: enough for limits by the second, while a ban for minutes ends the scan soon.</summary>
    private const int Attempts = 6;

    private readonly SemaphoreSlim _turn = new(1);
    private Offer? _control;
    private bool _isLimited;
    private bool _isUnconnected;

    /// <summary>Whether there is a question that the server is known to answer.</summary>
    public bool HasControl => Volatile.Read(ref _control) is not null;

    /// <summary>Keeps a question that was answered, if it is the first.</summary>
    public void Offer(Offer answered) => Interlocked.CompareExchange(ref _control, answered, null);

    /// <summary>Asks a question again that ended with a closed connection.</summary>
    /// <param name="askAgain">Asks it.</param>
    /// <param name="isClosed">Whether it ended so again.</param>
    /// <param name="isGivenUp">Whether there is no use in asking any more.</param>
    /// <param name="stop">Stops it.</param>
    /// <returns>Not known when the server answers nothing any more.</returns>
    public async Task<(bool IsKnown, T? Answer)> RunAsync<T>(
        Func<CancellationToken, Task<T>> askAgain, Func<T, bool> isClosed, Func<bool> isGivenUp, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            var pause = firstPause;
            for (var attempt = 0; attempt < Attempts && !isGivenUp(); attempt++, pause *= 2)
            {
                if (_isLimited)
                    await Task.Delay(pause, stop);
                if (await IsAnsweringAsync(stop) && await askAgain(stop) is var answer && (!isClosed(answer) || await IsAnsweringAsync(stop)))
                    return (true, answer);
                // Connecting was tried patiently already.
                if (_isUnconnected)
                    break;
                _isLimited = true;
                slowDown();
            }

            return (false, default);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<bool> IsAnsweringAsync(CancellationToken stop)
    {
        var flight = await ask(_control!, stop);
        _isUnconnected = flight.Ending == FlightEnding.Unconnected;
        return flight.IsAnswered;
    }
}
