using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Relaying;

/// <summary>What has happened at one relaying listener since the start. Thread-safe.</summary>
/// <param name="listener">The listener's name.</param>
/// <param name="protocol">What it relays.</param>
internal sealed class RelayCounters(string listener, RelayProtocol protocol)
{
    private long _connections;
    private long _open;
    private long _upgrades;
    private long _refusals;
    private long _injections;
    private long _backendFailures;
    private long _fromClients;
    private long _fromBackends;

    /// <summary>The listener's name.</summary>
    public string Listener => listener;

    /// <summary>Whether it is one of the mail protocols, in which client and server take turns.</summary>
    public bool IsMail => protocol != RelayProtocol.Tcp;

    /// <summary>What it relays, as the configuration spells it.</summary>
    public string Protocol { get; } = protocol.ToString().ToLowerInvariant();

    /// <summary>Connections that have been served.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Those that are open.</summary>
    public long Open => Interlocked.Read(ref _open);

    /// <summary>STARTTLS commands that were agreed to.</summary>
    public long Upgrades => Interlocked.Read(ref _upgrades);

    /// <summary>Commands that are for TLS only and came in the clear.</summary>
    public long Refusals => Interlocked.Read(ref _refusals);

    /// <summary>Connections that had more in the clear behind their STARTTLS command.</summary>
    public long Injections => Interlocked.Read(ref _injections);

    /// <summary>Attempts to reach a backend that failed.</summary>
    public long BackendFailures => Interlocked.Read(ref _backendFailures);

    /// <summary>Bytes from clients.</summary>
    public long FromClients => Interlocked.Read(ref _fromClients);

    /// <summary>Bytes from backends.</summary>
    public long FromBackends => Interlocked.Read(ref _fromBackends);

    /// <summary>A connection is served.</summary>
    public void Opened()
    {
        Interlocked.Increment(ref _connections);
        Interlocked.Increment(ref _open);
    }

    /// <summary>It is not any more.</summary>
    public void Closed() => Interlocked.Decrement(ref _open);

    /// <summary>A client has changed to TLS, or is about to.</summary>
    public void Upgraded() => Interlocked.Increment(ref _upgrades);

    /// <summary>A client wanted to do in the clear what it must not.</summary>
    public void Refused() => Interlocked.Increment(ref _refusals);

    /// <summary>Somebody has put something behind a STARTTLS command.</summary>
    public void Injected() => Interlocked.Increment(ref _injections);

    /// <summary>A backend could not be reached.</summary>
    public void BackendFailed() => Interlocked.Increment(ref _backendFailures);

    /// <summary>Bytes have been relayed.</summary>
    public void Relayed(int bytes, bool fromClient) =>
        Interlocked.Add(ref fromClient ? ref _fromClients : ref _fromBackends, bytes);
}
