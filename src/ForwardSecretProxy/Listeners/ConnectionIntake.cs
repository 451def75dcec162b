using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using ForwardSecretProxy.Clients;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Logging;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.OpenSsl.Sockets;
using ForwardSecretProxy.Relaying;
using Microsoft.AspNetCore.Connections;

namespace ForwardSecretProxy.Listeners;

/// <summary>
/// What happens to a connection between its listener and Kestrel, or its relay: it is asked who it is from, waits for its turn,
/// shakes hands, and is given on; to Kestrel when it has something to say. Whoever fails the handshake, or stays silent after
/// it, never costs Kestrel anything.
/// </summary>
internal sealed partial class ConnectionIntake : IConnectionListener
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly RelayService _relays;
    private readonly ClientGate _gate;
    private readonly HandshakeAdmission _admission;
    private readonly TlsMetrics _metrics;
    private readonly ILogger _logger;
    private readonly LiveLogging _logging;
    private readonly CancellationTokenSource _end = new();
    private readonly Channel<ConnectionContext> _ready = Channel.CreateUnbounded<ConnectionContext>();
    private readonly IdleClock _silence;
    private readonly Pace _unsigned = new(LogInterval, TimeProvider.System);
    private readonly Pace _busy = new(LogInterval, TimeProvider.System);

    /// <summary>Begins with the limits of <paramref name="options"/>.</summary>
    /// <param name="options">As for <see cref="Configure"/>.</param>
    /// <param name="relays">Serves what is not HTTP.</param>
    /// <param name="metrics">Takes how handshakes end.</param>
    /// <param name="logging">Says how a client may be named.</param>
    /// <param name="logger">Takes events 3001 to 3099.</param>
    public ConnectionIntake(
        ProxyOptions options, RelayService relays, TlsMetrics metrics, LiveLogging logging, ILogger<ConnectionIntake> logger)
    {
        _relays = relays;
        _metrics = metrics;
        _admission = new HandshakeAdmission(options.Tls.Limits.MaxConcurrent, options.Tls.Limits.MaxQueued);
        metrics.Observe(_admission);
        _silence = new IdleClock(options.Limits.KeepAliveTimeout, TimeProvider.System);
        _gate = new ClientGate(_silence, logger, TimeProvider.System);
        _gate.Configure(options);
        _logging = logging;
        _logger = logger;
    }

    /// <inheritdoc/>
    public EndPoint EndPoint { get; } = new ListenersEndPoint();

    /// <summary>How many connections are in their handshake or wait for their turn.</summary>
    public int Handshakes => _admission.Count;

    /// <summary>
    /// Changes for what comes how many handshakes run and wait, how long a connection may be silent after its handshake, who
    /// is trusted, and what one client may have.
    /// </summary>
    public void Configure(ProxyOptions options)
    {
        _gate.Configure(options);
        _admission.Configure(options.Tls.Limits.MaxConcurrent, options.Tls.Limits.MaxQueued);
        _silence.Configure(options.Limits.KeepAliveTimeout);
    }

    /// <summary>Takes over a connection that was just accepted. Does not throw.</summary>
    public async Task ServeAsync(TlsConnection connection, ListenerBinding binding)
    {
        var accepted = Stopwatch.GetTimestamp();
        try
        {
            if (await _gate.PassAsync(connection, connection.RemoteEndPoint, binding.Options) is { } client)
            {
                await ShakeHandsAsync(connection, client, binding, accepted, isGreeted: false);
                return;
            }

            _metrics.HandshakeTurnedAway(binding.Options.Name);
        }
        catch (Exception exception)
        {
            if (exception is not OperationCanceledException && !_end.IsCancellationRequested) LogHandshakeBroke(exception);
        }

        connection.Dispose();
    }

    /// <summary>Takes over a connection that was just accepted and begins in the clear. Does not throw.</summary>
    public async Task ServeStartTlsAsync(AcceptedSocket accepted, Listener listener, ListenerBinding binding)
    {
        if (TryTakeOver(accepted) is not { } socket) return;
        var seat = default(ClientSeat);
        try
        {
            if (await _gate.PassAsync(socket, socket.RemoteEndPoint, binding.Options) is not { } client) return;
            seat = client.Seat;
            if (!await _relays.TalkAsync(socket, client, binding.Relay!) || _end.IsCancellationRequested) return;
            if (listener.TryBeginTls(socket.Release(), out _) is not { } connection) return;
            seat = default;
            await ShakeHandsAsync(connection, client, binding, Stopwatch.GetTimestamp(), isGreeted: true);
        }
        catch (Exception exception)
        {
            if (exception is not (IOException or OperationCanceledException)) LogConnectionBroke(exception);
        }
        finally
        {
            socket.Dispose();
            seat.Leave();
        }
    }

    /// <summary>Takes over a connection that was just accepted and stays without TLS. Does not throw.</summary>
    public async Task ServePlainAsync(AcceptedSocket socket, ListenerOptions listener)
    {
        if (TryTakeOver(socket) is not { } connection) return;
        var seat = default(ClientSeat);
        try
        {
            if (await _gate.PassAsync(connection, connection.RemoteEndPoint, listener) is { } client)
            {
                seat = client.Seat;
                await connection.ReadAsync(Memory<byte>.Empty, _silence.Token);
                var context = new PlainConnectionContext(connection, client, listener);
                seat = default;
                await HandOverAsync(context);
            }
            else
            {
                connection.Dispose();
            }
        }
        catch (Exception exception)
        {
            // The client has gone, or its time is over; anything else is ours.
            if (exception is not (IOException or OperationCanceledException)) LogConnectionBroke(exception);
            connection.Dispose();
        }
        finally
        {
            seat.Leave();
        }
    }

    /// <summary>The next connection that is ready; null when there will be none.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _ready.Reader.WaitToReadAsync(cancellationToken) && _ready.Reader.TryRead(out var connection) ? connection : null;

    /// <summary>Ends the handshakes that run, and closes the connections that are silent.</summary>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _end.CancelAsync();
        _silence.Stop();
        _ready.Writer.TryComplete();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        while (_ready.Reader.TryRead(out var connection)) await connection.DisposeAsync();
    }

    private PolledSocket? TryTakeOver(AcceptedSocket socket)
    {
        try
        {
            return PolledSocket.Accept(socket);
        }
        catch (Win32Exception exception)
        {
            socket.Close();
            LogAcceptFailed(exception.Message);
            return null;
        }
    }

    /// <summary>From a client that has passed the gate to one that is served; its seat goes with it, or is given up. Does not throw.</summary>
    private async Task ShakeHandsAsync(
        TlsConnection connection, ServedClient client, ListenerBinding binding, long accepted, bool isGreeted)
    {
        var listener = binding.Options;
        var seat = client.Seat;
        try
        {
            if (!await _admission.EnterAsync(_end.Token))
            {
                _metrics.HandshakeTurnedAway(listener.Name);
                LogTurnedAway();
                connection.Dispose();
                return;
            }

            var admitted = Stopwatch.GetTimestamp();
            TlsHandshakeResult result;
            try
            {
                result = await HandshakeAsync(connection, client.EndPoint);
            }
            finally
            {
                _admission.Leave();
            }

            _metrics.HandshakeEnded(listener.Name, result.Outcome, connection.Session, accepted, admitted);

            if (result.Outcome == TlsHandshakeOutcome.Completed && binding.Relay is { } target)
            {
                seat = default;
                await _relays.ServeAsync(connection, client, target, isGreeted);
            }
            else if (result.Outcome == TlsHandshakeOutcome.Completed && await SpeaksAsync(connection))
            {
                var context = new TlsConnectionContext(connection, client, listener);
                seat = default;
                await HandOverAsync(context);
            }
            else
            {
                await CloseAsync(connection, client.EndPoint, result);
            }
        }
        catch (Exception exception)
        {
            if (exception is not OperationCanceledException && !_end.IsCancellationRequested) LogHandshakeBroke(exception);
            connection.Dispose();
        }
        finally
        {
            seat.Leave();
        }
    }

    private async ValueTask<TlsHandshakeResult> HandshakeAsync(TlsConnection connection, IPEndPoint client)
    {
        using var end = _end.Token.UnsafeRegister(static state => ((TlsConnection)state!).Abort(), connection);
        return await connection.HandshakeAsync(ClientKey.Of(client.Address), _admission);
    }

    /// <summary>False when the client has closed or has said nothing for as long as it may be idle.</summary>
    private async ValueTask<bool> SpeaksAsync(TlsConnection connection)
    {
        try
        {
            return await connection.WaitForDataAsync(_silence.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async ValueTask HandOverAsync(ConnectionContext context)
    {
        if (!_ready.Writer.TryWrite(context)) await context.DisposeAsync();
    }

    private async ValueTask CloseAsync(TlsConnection connection, EndPoint? client, TlsHandshakeResult result)
    {
        LogEnd(client, result, connection.Session?.ServerName);
        await connection.CloseAsync();
    }

    private void LogEnd(EndPoint? client, TlsHandshakeResult result, string? serverName)
    {
        int count;
        switch (result.Outcome)
        {
            case TlsHandshakeOutcome.Completed:
                break;
            case TlsHandshakeOutcome.ChallengeAnswered:
                LogChallengeAnswered(serverName);
                break;
            case TlsHandshakeOutcome.SigningFailed:
                if (_unsigned.IsTime(out count)) LogSigningFailed(count, result.Detail ?? "no reason given");
                break;
            case TlsHandshakeOutcome.TokenBusy:
                if (_busy.IsTime(out count)) LogTokenBusy(count, result.Detail ?? "no reason given");
                break;
            default:
                LogHandshakeFailed(_logging.Client(client), result.Outcome, result.Detail ?? "");
                break;
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "Could not accept a connection: {Error}.")]
    internal partial void LogAcceptFailed(string error);

    [LoggerMessage(3002, LogLevel.Warning, "A connection was turned away: too many handshakes wait already (Tls:Limits).")]
    private partial void LogTurnedAway();

    [LoggerMessage(3003, LogLevel.Error, "A handshake broke in the proxy.")]
    private partial void LogHandshakeBroke(Exception exception);

    [LoggerMessage(3053, LogLevel.Error, "A connection without TLS broke in the proxy.")]
    private partial void LogConnectionBroke(Exception exception);

    [LoggerMessage(3004, LogLevel.Error, "{Count} handshakes failed because the token did not sign. The last one: {Reason}")]
    private partial void LogSigningFailed(int count, string reason);

    [LoggerMessage(EventIds.TokenBusy, LogLevel.Warning, "{Count} handshakes were refused because the token is too busy. The last one: {Reason}")]
    private partial void LogTokenBusy(int count, string reason);

    // Only a name that has a file in the folder comes this far, so it is none that a client has made up.
    [LoggerMessage(EventIds.AlpnChallengeAnswered, LogLevel.Information, "A tls-alpn-01 challenge for {Name} was answered.")]
    private partial void LogChallengeAnswered(string? name);

    [LoggerMessage(3005, LogLevel.Debug, "A handshake with client {Client} failed: {Outcome}. {Reason}")]
    private partial void LogHandshakeFailed(string client, TlsHandshakeOutcome outcome, string reason);
}
