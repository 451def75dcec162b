using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Logging;
using ForwardSecretProxy.OpenSsl.Engine;
using Microsoft.AspNetCore.Connections;

namespace ForwardSecretProxy.Listeners;

/// <summary>
/// What happens to a connection between its listener and Kestrel: it waits for its turn, shakes hands, and is given on
/// when it has something to say. Whoever fails the handshake, or stays silent after it, never costs Kestrel anything.
/// </summary>
internal sealed partial class ConnectionIntake : IConnectionListener
{
    private readonly HandshakeAdmission _admission;
    private readonly TlsMetrics _metrics;
    private readonly ILogger _logger;
    private readonly LiveLogging _logging;
    private readonly CancellationTokenSource _end = new();
    private readonly Channel<ConnectionContext> _ready = Channel.CreateUnbounded<ConnectionContext>();
    private readonly IdleClock _silence;

    /// <summary>Begins with these limits.</summary>
    /// <param name="limits">How many handshakes run and wait.</param>
    /// <param name="idleTimeout">How long a connection may be silent after its handshake.</param>
    /// <param name="metrics">Takes how handshakes end.</param>
    /// <param name="logging">Says how a client may be named.</param>
    /// <param name="logger">Takes events 3001 to 3099.</param>
    public ConnectionIntake(
        HandshakeLimits limits,
        TimeSpan idleTimeout,
        TlsMetrics metrics,
        LiveLogging logging,
        ILogger<ConnectionIntake> logger)
    {
        _metrics = metrics;
        _admission = new HandshakeAdmission(limits.MaxConcurrent, limits.MaxQueued);
        metrics.Observe(_admission);
        _silence = new IdleClock(idleTimeout, TimeProvider.System);
        _logging = logging;
        _logger = logger;
    }

    /// <inheritdoc/>
    public EndPoint EndPoint { get; } = new ListenersEndPoint();

    /// <summary>How many connections are in their handshake or wait for their turn.</summary>
    public int Handshakes => _admission.Count;

    /// <summary>Changes the limits for what comes.</summary>
    public void Configure(HandshakeLimits limits, TimeSpan idleTimeout)
    {
        _admission.Configure(limits.MaxConcurrent, limits.MaxQueued);
        _silence.Configure(idleTimeout);
    }

    /// <summary>Takes over a connection that was just accepted. Does not throw.</summary>
    public async Task ServeAsync(TlsConnection connection, ListenerOptions listener)
    {
        var accepted = Stopwatch.GetTimestamp();
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
                result = await HandshakeAsync(connection);
            }
            finally
            {
                _admission.Leave();
            }

            _metrics.HandshakeEnded(listener.Name, result.Outcome, connection.Session, accepted, admitted);

            if (result.Outcome == TlsHandshakeOutcome.Completed && await SpeaksAsync(connection))
                await HandOverAsync(connection, listener);
            else
                await CloseAsync(connection, result);
        }
        catch (Exception exception)
        {
            if (!_end.IsCancellationRequested) LogHandshakeBroke(exception);
            connection.Dispose();
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

    private async ValueTask<TlsHandshakeResult> HandshakeAsync(TlsConnection connection)
    {
        using var end = _end.Token.UnsafeRegister(static state => ((TlsConnection)state!).Abort(), connection);
        return await connection.HandshakeAsync();
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

    private async ValueTask HandOverAsync(TlsConnection connection, ListenerOptions listener)
    {
        var context = new TlsConnectionContext(connection, listener);
        if (!_ready.Writer.TryWrite(context)) await context.DisposeAsync();
    }

    private async ValueTask CloseAsync(TlsConnection connection, TlsHandshakeResult result)
    {
        if (result.Outcome == TlsHandshakeOutcome.SigningFailed)
            LogSigningFailed(result.Detail ?? "no reason given");
        else if (result.Outcome != TlsHandshakeOutcome.Completed)
            LogHandshakeFailed(_logging.Client(connection.RemoteEndPoint), result.Outcome, result.Detail ?? "");
        await connection.CloseAsync();
    }

    [LoggerMessage(3001, LogLevel.Warning, "Could not accept a connection: {Error}.")]
    internal partial void LogAcceptFailed(string error);

    [LoggerMessage(3002, LogLevel.Warning, "A connection was turned away: too many handshakes wait already (Tls:Limits).")]
    private partial void LogTurnedAway();

    [LoggerMessage(3003, LogLevel.Error, "A handshake broke in the proxy.")]
    private partial void LogHandshakeBroke(Exception exception);

    [LoggerMessage(3004, LogLevel.Error, "A handshake failed because the token did not sign: {Reason}")]
    private partial void LogSigningFailed(string reason);

    [LoggerMessage(3005, LogLevel.Debug, "A handshake with client {Client} failed: {Outcome}. {Reason}")]
    private partial void LogHandshakeFailed(string client, TlsHandshakeOutcome outcome, string reason);
}
