using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Relaying;

/// <summary>The backends that a connection can go to, any of them.</summary>
internal sealed class BackendPool
{
    private readonly RelayBackend[] _backends;
    private readonly Balancing _balancing;
    private uint _turn;

    /// <summary>Begins with the first.</summary>
    public BackendPool(IReadOnlyList<BackendAddress> addresses, Balancing balancing, TimeSpan rest, TimeProvider time)
    {
        _balancing = balancing;
        _backends = [.. addresses.Select(address => new RelayBackend(address, rest, time))];
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<RelayBackend> Backends => _backends;

    /// <summary>
    /// In the order in which they should be tried. Those that have just failed come last, but do come: when all have, one of
    /// them may be back.
    /// </summary>
    public IReadOnlyList<RelayBackend> InOrder()
    {
        if (_backends.Length <= 1) return _backends;
        var first = (int)((Interlocked.Increment(ref _turn) - 1) % (uint)_backends.Length);
        var inTurn = _backends[first..].Concat(_backends[..first]);
        // A stable sort: among equals it is still each in turn.
        return _balancing == Balancing.LeastConnections
            ? [.. inTurn.OrderBy(backend => backend.IsResting).ThenBy(backend => backend.Connections)]
            : [.. inTurn.OrderBy(backend => backend.IsResting)];
    }
}
