using System.Diagnostics.CodeAnalysis;

namespace ForwardSecretProxy.Routing;

/// <summary>
/// How many connections to services there may be at once, idle ones included. One client's HTTP/2 connection can carry a
/// hundred requests, each of which may need a connection of its own to a service: without a bound of their own they would
/// use up the process's file descriptors. Who finds none free waits until one is, or for as long as it may take to connect.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle; connections leave after all else ended.")]
internal sealed class BackendLimit
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _free;
    private int _max;
    private int _tooMany;

    /// <summary>Allows <paramref name="max"/> connections, at least 1.</summary>
    public BackendLimit(int max) => (_max, _free) = (max, new SemaphoreSlim(max));

    /// <summary>The most. Connections that are open beyond a lower one stay, and nobody takes their place.</summary>
    public int Max
    {
        get => _max;
        set
        {
            lock (_lock)
            {
                for (; _max < value; _max++) Release();
                _tooMany += _max - value;
                _max = value;
                while (_tooMany > 0 && _free.Wait(0)) _tooMany--;
            }
        }
    }

    /// <summary>Waits for a free connection; <see cref="Leave"/> gives it back.</summary>
    /// <exception cref="BackendsBusyException">None became free in time.</exception>
    public async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _free.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            throw new BackendsBusyException($"all {_max} connections to services are in use (Limits:MaxConnections)");
        }
    }

    /// <summary>Gives one back.</summary>
    public void Leave()
    {
        lock (_lock) Release();
    }

    private void Release()
    {
        if (_tooMany > 0) _tooMany--;
        else _free.Release();
    }
}

/// <summary>No connection to a service became free in time.</summary>
internal sealed class BackendsBusyException(string message) : IOException(message);
