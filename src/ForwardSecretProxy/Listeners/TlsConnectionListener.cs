using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using ForwardSecretProxy.OpenSsl.Engine;
using Microsoft.AspNetCore.Connections;

namespace ForwardSecretProxy.Listeners;

/// <summary>
/// Accepts, shakes hands, and gives Kestrel connections that have something to say: whoever fails the handshake, or
/// stays silent after it, never costs it anything.
/// </summary>
internal sealed partial class TlsConnectionListener : IConnectionListener
{
    private readonly HandshakeAdmission _admission;
    private readonly ILogger _logger;
    private readonly IdleClock _silence;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ConnectionContext> _ready = Channel.CreateUnbounded<ConnectionContext>();
    private readonly TlsAcceptor _acceptor;

    internal TlsConnectionListener(
        Socket socket, TlsServer server, HandshakeAdmission admission, ConnectionLimit limit, TimeSpan idleTimeout, ILogger logger)
    {
        _admission = admission;
        _logger = logger;
        _silence = new IdleClock(idleTimeout, TimeProvider.System);
        EndPoint = socket.LocalEndPoint!;
        _acceptor = new TlsAcceptor(socket, server, limit, connection => _ = ServeAsync(connection), LogAcceptFailed);
    }

    /// <inheritdoc/>
    public EndPoint EndPoint { get; }

    /// <summary>The next connection that is ready; null when the listener has stopped.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _ready.Reader.WaitToReadAsync(cancellationToken) && _ready.Reader.TryRead(out var connection) ? connection : null;

    /// <summary>Stops accepting; handshakes that run are ended, and connections that were silent are closed.</summary>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _acceptor.Dispose();
        await _stop.CancelAsync();
        _silence.Stop();
        _ready.Writer.TryComplete();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        while (_ready.Reader.TryRead(out var connection)) await connection.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ServeAsync(TlsConnection connection)
    {
        try
        {
            if (!await _admission.EnterAsync(_stop.Token))
            {
                LogTurnedAway();
                connection.Dispose();
                return;
            }

            TlsHandshakeResult result;
            try
            {
                result = await HandshakeAsync(connection);
            }
            finally
            {
                _admission.Leave();
            }

            if (result.Outcome == TlsHandshakeOutcome.Completed && await SpeaksAsync(connection))
                await HandOverAsync(connection);
            else
                await CloseAsync(connection, result);
        }
        catch (Exception exception)
        {
            if (!_stop.IsCancellationRequested) LogHandshakeBroke(exception);
            connection.Dispose();
        }
    }

    private async ValueTask<TlsHandshakeResult> HandshakeAsync(TlsConnection connection)
    {
        using var stop = _stop.Token.UnsafeRegister(static state => ((TlsConnection)state!).Abort(), connection);
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

    private async ValueTask HandOverAsync(TlsConnection connection)
    {
        var context = new TlsConnectionContext(connection);
        if (!_ready.Writer.TryWrite(context)) await context.DisposeAsync();
    }

    private async ValueTask CloseAsync(TlsConnection connection, TlsHandshakeResult result)
    {
        if (result.Outcome == TlsHandshakeOutcome.SigningFailed)
            LogSigningFailed(result.Detail ?? "no reason given");
        else if (result.Outcome != TlsHandshakeOutcome.Completed)
            LogHandshakeFailed(result.Outcome, result.Detail ?? "");
        await connection.CloseAsync();
    }

    [LoggerMessage(3001, LogLevel.Warning, "Could not accept a connection: {Error}.")]
    private partial void LogAcceptFailed(string error);

    [LoggerMessage(3002, LogLevel.Warning, "A connection was turned away: too many handshakes wait already (Tls:Limits).")]
    private partial void LogTurnedAway();

    [LoggerMessage(3003, LogLevel.Error, "A handshake broke in the proxy.")]
    private partial void LogHandshakeBroke(Exception exception);

    [LoggerMessage(3004, LogLevel.Error, "A handshake failed because the token did not sign: {Reason}")]
    private partial void LogSigningFailed(string reason);

    [LoggerMessage(3005, LogLevel.Debug, "A handshake failed: {Outcome}. {Reason}")]
    private partial void LogHandshakeFailed(TlsHandshakeOutcome outcome, string reason);
}
