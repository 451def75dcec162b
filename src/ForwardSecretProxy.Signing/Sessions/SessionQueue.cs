namespace ForwardSecretProxy.Signing.Sessions;

/// <summary>
/// Who waits for a session. Clients take turns, so that one with a thousand connections keeps nobody else waiting longer
/// than one with a single one; of a client, who came first is served first. A new client comes last, the proxy itself
/// comes first: it asks seldom, and whether clients are sent here depends on the answer. Not thread-safe.
/// </summary>
internal sealed class SessionQueue
{
    /// <summary>
    /// The most that wait. Of a token so slow that it matters, what is later than this comes too late for anybody; of a
    /// fast one it is a burst.
    /// </summary>
    public const int Capacity = 4096;

    /// <summary>The proxy's number among the clients.</summary>
    public const ulong Proxy = 0;

    private readonly Dictionary<ulong, WaitingClient> _clients = new(new SeededComparer());
    private readonly LinkedList<WaitingClient> _turns = new();

    // How many clients have more than so many waiting.
    private readonly int[] _clientsWithMoreThan = new int[Capacity];
    private int _count;

    /// <summary>How many wait. May be read at any time.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many are served before the next that comes from <paramref name="client"/>.</summary>
    public int PlaceOfNext(ulong client)
    {
        var own = CountOf(client);
        if (own == 0 && client == Proxy)
            return 0;

        // In each round every client that has so many left is served once.
        var before = 0;
        for (var round = 0; round <= own && round < Capacity; round++)
            before += _clientsWithMoreThan[round];
        return before;
    }

    /// <summary>Adds somebody behind the others of the same client; there must be room.</summary>
    public void Enqueue(SessionWaiter waiter)
    {
        if (!_clients.TryGetValue(waiter.Client, out var client))
        {
            client = new WaitingClient(waiter.Client);
            _clients.Add(waiter.Client, client);
            if (waiter.Client == Proxy)
                _turns.AddFirst(client.Turn);
            else
                _turns.AddLast(client.Turn);
        }

        _clientsWithMoreThan[client.Waiters.Count]++;
        client.Waiters.AddLast(waiter.Node);
        _count++;
    }

    /// <summary>Takes out whose turn it is; null when nobody waits.</summary>
    public SessionWaiter? Dequeue()
    {
        if (_turns.First is not { Value: var client })
            return null;

        var waiter = client.Waiters.First!.Value;
        Remove(client, waiter);
        if (client.Waiters.Count > 0)
        {
            _turns.Remove(client.Turn);
            _turns.AddLast(client.Turn);
        }

        return waiter;
    }

    /// <summary>Takes somebody out who does not wait any more; nothing happens when it is out already.</summary>
    public void Remove(SessionWaiter waiter)
    {
        if (waiter.Node.List is not null)
            Remove(_clients[waiter.Client], waiter);
    }

    /// <summary>
    /// Whose place one more from <paramref name="client"/> may have when the queue is full: the last of the client with the
    /// most, if that is more than this one would have. Null when there is none.
    /// </summary>
    public SessionWaiter? FindDisplaced(ulong client)
    {
        var own = CountOf(client) + 1;
        // Of many clients with one each nobody has to give way, and they need not be looked through to know that.
        return own < Capacity && _clientsWithMoreThan[own] > 0
            ? _turns.MaxBy(static other => other.Waiters.Count)!.Waiters.Last!.Value
            : null;
    }

    private int CountOf(ulong client) => _clients.TryGetValue(client, out var waiting) ? waiting.Waiters.Count : 0;

    private void Remove(WaitingClient client, SessionWaiter waiter)
    {
        client.Waiters.Remove(waiter.Node);
        _clientsWithMoreThan[client.Waiters.Count]--;
        _count--;
        if (client.Waiters.Count > 0)
            return;

        _clients.Remove(client.Number);
        _turns.Remove(client.Turn);
    }

    private sealed class WaitingClient
    {
        public WaitingClient(ulong number)
        {
            Number = number;
            Turn = new LinkedListNode<WaitingClient>(this);
        }

        public ulong Number { get; }

        public LinkedList<SessionWaiter> Waiters { get; } = new();

        public LinkedListNode<WaitingClient> Turn { get; }
    }

    /// <summary>So that nobody can choose addresses that all fall into one bucket of the dictionary.</summary>
    private sealed class SeededComparer : IEqualityComparer<ulong>
    {
        public bool Equals(ulong x, ulong y) => x == y;

        public int GetHashCode(ulong number) => HashCode.Combine(number);
    }
}
