using System.Net;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Clients;

/// <summary>
/// How many connections each client has, and how fast new ones come. Each call takes the same small time, allocates nothing
/// once the table has grown, and the table is bounded: who has a connection is in it, and of those who have none a fixed
/// number of the last, until their new connections would all be let in again.
/// </summary>
/// <remarks>
/// The rate is a token bucket in the form of the generic cell rate algorithm (ITU-T I.371, annex A): all it keeps is the time
/// at which the bucket will be full.
/// </remarks>
/// <param name="time">The clock.</param>
internal sealed class ClientLimits(TimeProvider time)
{
    /// <summary>How many seconds' worth of new connections may come at once: a page load, an office after a network failure.</summary>
    public const int BurstSeconds = 5;

    /// <summary>Clients without a connection that are remembered: half a megabyte.</summary>
    public const int MaxIdle = 16_384;

    private const int None = -1;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, int> _slots = new(new SeededComparer());
    private Slot[] _table = new Slot[64];
    private int _used;
    private int _free = None;
    private int _oldestIdle = None;
    private int _newestIdle = None;
    private int _idle;
    private volatile LimitOptions _limits = new();

    /// <summary>How many clients are in the table.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _slots.Count;
        }
    }

    /// <summary>Changes the limits for what comes. Lower ones close nothing.</summary>
    public void Configure(LimitOptions limits) => _limits = limits;

    /// <summary>Counts one more; false when the client has too many, or they come too fast.</summary>
    public bool TryEnter(IPAddress client, out ClientSeat seat)
    {
        seat = default;
        var isLoopback = IPAddress.IsLoopback(client);
        var limits = _limits;
        var maxConnections = limits.ConnectionsPerClient(isLoopback);
        var rate = limits.HandshakesPerClientPerSecond(isLoopback);
        if (maxConnections == 0 && rate == 0) return true;

        var key = ClientKey.Of(client);
        var now = time.GetTimestamp();
        lock (_lock)
        {
            ForgetSome(now);
            var index = _slots.TryGetValue(key, out var found) ? found : None;
            var (count, fullAt) = index == None ? (0, now) : (_table[index].Count, Math.Max(_table[index].FullAt, now));
            if (maxConnections != 0 && count >= maxConnections) return false;
            if (rate != 0)
            {
                var interval = time.TimestampFrequency / rate;
                // Room for one more in a bucket of that many.
                if (fullAt - now > interval * ((BurstSeconds * (long)rate) - 1)) return false;
                fullAt += interval;
            }

            if (index == None) index = Add(key);
            else if (count == 0) Unlink(index);
            (_table[index].Count, _table[index].FullAt) = (count + 1, fullAt);
            seat = new ClientSeat(this, index);
            return true;
        }
    }

    /// <summary>For <see cref="ClientSeat.Leave"/>.</summary>
    internal void Leave(int index)
    {
        lock (_lock)
        {
            if (--_table[index].Count > 0) return;
            Link(index);
            if (_idle > MaxIdle) Forget(_oldestIdle);
        }
    }

    /// <summary>Two at a time: each call adds one at most, so that it never falls behind.</summary>
    private void ForgetSome(long now)
    {
        for (var i = 0; i < 2 && _oldestIdle != None && _table[_oldestIdle].FullAt <= now; i++) Forget(_oldestIdle);
    }

    private int Add(ulong key)
    {
        var index = _free;
        if (index != None)
        {
            _free = _table[index].Next;
        }
        else
        {
            index = _used++;
            if (index == _table.Length) Array.Resize(ref _table, 2 * _table.Length);
        }

        _table[index].Key = key;
        _slots.Add(key, index);
        return index;
    }

    private void Forget(int index)
    {
        Unlink(index);
        _slots.Remove(_table[index].Key);
        _table[index].Next = _free;
        _free = index;
    }

    private void Link(int index)
    {
        (_table[index].Previous, _table[index].Next) = (_newestIdle, None);
        if (_newestIdle != None) _table[_newestIdle].Next = index;
        else _oldestIdle = index;
        _newestIdle = index;
        _idle++;
    }

    private void Unlink(int index)
    {
        var (previous, next) = (_table[index].Previous, _table[index].Next);
        if (previous != None) _table[previous].Next = next;
        else _oldestIdle = next;
        if (next != None) _table[next].Previous = previous;
        else _newestIdle = previous;
        _idle--;
    }

    private struct Slot
    {
        internal ulong Key;
        internal int Count;
        internal long FullAt;
        internal int Previous;
        internal int Next;
    }

    /// <summary>So that nobody can choose addresses that all fall into one bucket of the dictionary.</summary>
    private sealed class SeededComparer : IEqualityComparer<ulong>
    {
        public bool Equals(ulong x, ulong y) => x == y;

        public int GetHashCode(ulong key) => HashCode.Combine(key);
    }
}
