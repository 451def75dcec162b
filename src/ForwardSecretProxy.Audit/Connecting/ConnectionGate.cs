namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>Lets so many connections at once and a second through to one address. They are spread evenly, not let through in bursts.</summary>
/// <param name="mostAtOnce">Connections at once.</param>
/// <param name="mostPerSecond">New ones a second; null for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class ConnectionGate(int mostAtOnce, double? mostPerSecond, TimeProvider time)
{
    /// <summary>The rate when a server that had no limit turns out to need one, before it is halved.</summary>
    private const double RateOfTheUnlimited = 200;

    private const double LowestRate = 2;
    private static readonly TimeSpan BetweenSlowdowns = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private int _atOnce = mostAtOnce;
    private int _inside;
    private double? _rate = mostPerSecond;
    private TimeSpan _next;
    private TimeSpan? _slowed;

    private TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>Waits until a connection may be made. Whoever came in must <see cref="Leave"/>.</summary>
    /// <exception cref="OperationCanceledException">It was not waited for; there is nothing to leave then.</exception>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        await TakePlaceAsync(cancellationToken);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var wait = ReserveTurn();
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>Gives the place to the next.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _inside--;
            // Whoever was cancelled takes no place.
            while (_inside < _atOnce && _waiting.TryDequeue(out var next))
                _inside += next.TrySetResult() ? 1 : 0;
        }
    }

    /// <summary>
    /// Halves both limits, down to one connection at once and two a second. Called for each connection that a server refuses or resets; those
    /// that fail together count once.
    /// </summary>
    public void SlowDown()
    {
        lock (_lock)
        {
            if (_slowed is { } before && Now - before < BetweenSlowdowns) return;
            _slowed = Now;
            _rate = Math.Max(LowestRate, (_rate ?? RateOfTheUnlimited) / 2);
            _atOnce = Math.Max(1, _atOnce / 2);
        }
    }

    private async Task TakePlaceAsync(CancellationToken cancellationToken)
    {
        var place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_inside < _atOnce)
            {
                _inside++;
                return;
            }

            _waiting.Enqueue(place);
        }

        await using var cancelled = cancellationToken.Register(() => place.TrySetCanceled(cancellationToken));
        await place.Task;
    }

    /// <summary>Takes the next free moment.</summary>
    private TimeSpan ReserveTurn()
    {
        lock (_lock)
        {
            if (_rate is not { } rate) return TimeSpan.Zero;
            var now = Now;
            var turn = _next > now ? _next : now;
            _next = turn + TimeSpan.FromSeconds(1 / rate);
            return turn - now;
        }
    }
}
