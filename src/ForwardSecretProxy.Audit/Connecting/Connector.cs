using System.Net;
using System.Net.Sockets;

namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>
/// Makes the connections of one scan, each of them up to where TLS begins. The first one settles which of a name's addresses is meant, and
/// all others go there: one server is scanned, not a mixture. A server that took one and then refuses, resets or lets wait is given time.
/// </summary>
/// <param name="target">The server.</param>
/// <param name="options">How it is connected to.</param>
public sealed class Connector(AuditTarget target, ConnectorOptions options)
{
    private const int MostAddresses = 8;

    /// <summary>Only one connection at a time until there was one.</summary>
    private readonly ConnectionGate _first = new(1, null, options.Gates.Time);
    private IPEndPoint? _address;
    private ConnectFailedException? _failure;
    private bool _hasLostPatience;
    private int _connections;

    /// <summary>The address that is scanned.</summary>
    /// <exception cref="InvalidOperationException">There was no connection yet.</exception>
    public IPEndPoint Address => _address ?? throw new InvalidOperationException("no connection was made yet");

    /// <summary>How many connections the server took.</summary>
    public int Connections => Volatile.Read(ref _connections);

    private TimeProvider Time => options.Gates.Time;

    /// <summary>
    /// Makes a connection: waits for its turn, connects, says the words before TLS. The caller closes the stream, which makes
    /// room for the next; whoever keeps one open while asking for another may wait for himself.
    /// </summary>
    /// <returns>A stream that stands where TLS begins. It has no time-out of its own: its reads and writes heed the token they are given.</returns>
    /// <exception cref="ConnectFailedException">The very first one failed: there is nothing to scan. It is not tried again, now or later.</exception>
    /// <exception cref="ReconnectFailedException">
    /// One after the first failed, and failed again each time it was tried. From then on connections are tried only once, until one succeeds.
    /// </exception>
    public async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        if (_address is not null) return await OpenAgainAsync(_address, cancellationToken);
        await _first.EnterAsync(cancellationToken);
        try
        {
            if (_failure is not null) throw new ConnectFailedException(_failure.Message, _failure);
            if (_address is null) return await OpenFirstAsync(cancellationToken);
        }
        catch (ConnectFailedException exception)
        {
            _failure ??= exception;
            throw;
        }
        finally
        {
            _first.Leave();
        }

        return await OpenAgainAsync(_address, cancellationToken);
    }

    /// <summary>
    /// Makes fewer connections at once and a second from now on: for whoever sees that the server resets connections because there are
    /// too many of them.
    /// </summary>
    public void SlowDown() => options.Gates[Address.Address].SlowDown();

    private async Task<Stream> OpenFirstAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var address in (await ResolveAsync(cancellationToken)).Take(MostAddresses))
        {
            var endpoint = new IPEndPoint(address, target.Port);
            try
            {
                var stream = await AttemptAsync(endpoint, cancellationToken);
                _address = endpoint;
                return stream;
            }
            catch (Exception exception) when (exception is SocketException or TimeoutException)
            {
                problems.Add($"{endpoint}: {exception.Message}");
            }
            catch (StartTlsException exception)
            {
                throw new ConnectFailedException(exception.Message, exception);
            }
        }

        throw new ConnectFailedException($"cannot connect to {target}: {string.Join("; ", problems)}");
    }

    private async Task<Stream> OpenAgainAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var pause = options.FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var stream = await AttemptAsync(endpoint, cancellationToken);
                _hasLostPatience = false;
                return stream;
            }
            catch (Exception exception) when (exception is SocketException or TimeoutException or StartTlsException)
            {
                SlowDown();
                if (attempt >= options.Attempts || _hasLostPatience) throw GiveUp(attempt, exception);
            }

            await Task.Delay(pause, Time, cancellationToken);
            pause *= 2;
        }
    }

    private ReconnectFailedException GiveUp(int attempts, Exception cause)
    {
        _hasLostPatience = true;
        return new ReconnectFailedException(
            $"{target} takes no more connections after {Connections} (tried {attempts} times): {cause.Message}", cause);
    }

    private async Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken)
    {
        if (options.Address is { } fixedAddress) return [fixedAddress];
        if (IPAddress.TryParse(target.Host, out var address)) return [address];
        try
        {
            return await Deadline.RunAsync(options.Timeout, token => options.Resolve(target.Host, token), cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            throw new ConnectFailedException($"the host {target.Host} was not found: {exception.Message}", exception);
        }
    }

    private async Task<Stream> AttemptAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var gate = options.Gates[endpoint.Address];
        await gate.EnterAsync(cancellationToken);
        Stream? stream = null;
        try
        {
            stream = new GatedStream(await ConnectAsync(endpoint, cancellationToken), gate);
            Interlocked.Increment(ref _connections);
            if (target.StartTls is { } protocol)
                await new Prelude(target, protocol).RunAsync(stream, options.Timeout, cancellationToken);
            return stream;
        }
        catch
        {
            if (stream is null) gate.Leave();
            else await stream.DisposeAsync();
            throw;
        }
    }

    private async Task<Socket> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            return await Deadline.RunAsync(options.Timeout, async token =>
            {
                await socket.ConnectAsync(endpoint, token);
                return socket;
            }, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
