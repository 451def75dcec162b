namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// Aborts connections that take longer than a limit that is the same for all of them: they expire in the order in
/// which they came, so one timer and a list serve any number. Late by at most a quarter of a second.
/// </summary>
internal sealed class DeadlineQueue : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly LinkedList<Deadline> _deadlines = new();
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private bool _disposed;

    internal DeadlineQueue(TimeSpan limit, TimeProvider time)
    {
        _limit = limit;
        _time = time;
        _timer = time.CreateTimer(static state => ((DeadlineQueue)state!).AbortExpired(), this, Tick, Tick);
    }

    /// <summary>Starts the clock; disposing the result stops it. After <see cref="Dispose"/> there is no time left.</summary>
    internal Deadline Add(TlsConnection connection)
    {
        var deadline = new Deadline(this, connection, _time.GetTimestamp());
        lock (_lock)
        {
            if (!_disposed) _deadlines.AddLast(deadline.Node);
        }

        if (_disposed) connection.Abort();
        return deadline;
    }

    /// <summary>Aborts whoever is still under a deadline: there is no clock any more that could.</summary>
    public void Dispose()
    {
        TlsConnection[] left;
        lock (_lock)
        {
            _disposed = true;
            left = [.. _deadlines.Select(deadline => deadline.Connection)];
            _deadlines.Clear();
        }

        _timer.Dispose();
        foreach (var connection in left) connection.Abort();
    }

    private void AbortExpired()
    {
        while (true)
        {
            Deadline oldest;
            lock (_lock)
            {
                if (_deadlines.First is not { } first || _time.GetElapsedTime(first.Value.Started) < _limit) return;
                oldest = first.Value;
                _deadlines.Remove(first);
            }

            oldest.Connection.Abort(TlsHandshakeOutcome.TimedOut);
        }
    }

    /// <summary>One connection's.</summary>
    internal sealed class Deadline : IDisposable
    {
        private readonly DeadlineQueue _queue;

        internal Deadline(DeadlineQueue queue, TlsConnection connection, long started)
        {
            _queue = queue;
            Connection = connection;
            Started = started;
            Node = new LinkedListNode<Deadline>(this);
        }

        internal TlsConnection Connection { get; }

        internal long Started { get; }

        internal LinkedListNode<Deadline> Node { get; }

        /// <summary>The time until it; negative when it has passed.</summary>
        internal TimeSpan Left => _queue._limit - _queue._time.GetElapsedTime(Started);

        public void Dispose()
        {
            lock (_queue._lock)
            {
                if (Node.List is not null) _queue._deadlines.Remove(Node);
            }
        }
    }
}
