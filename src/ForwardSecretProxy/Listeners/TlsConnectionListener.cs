using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using ForwardSecretProxy.OpenSsl.Engine;
using Microsoft.AspNetCore.Connections;

namespace ForwardSecretProxy.Listeners;

/// <summary>
/// Accepts, shakes hands, and gives Kestrel connections that are ready: whoever fails the handshake never costs it
/// anything.
/// </summary>
internal sealed partial class TlsConnectionListener : IConnectionListener
{
    private readonly Socket _socket;
    private readonly TlsServer _server;
    private readonly HandshakeAdmission _admission;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ConnectionContext> _ready = Channel.CreateUnbounded<ConnectionContext>();
    private readonly Task _acceptLoop;

    internal TlsConnectionListener(Socket socket, TlsServer server, HandshakeAdmission admission, ILogger logger)
    {
        _socket = socket;
        _server = server;
        _admission = admission;
        _logger = logger;
        EndPoint = socket.LocalEndPoint!;
        _acceptLoop = AcceptLoopAsync();
    }

    /// <inheritdoc/>
    public EndPoint EndPoint { get; }

    /// <summary>The next connection that is ready; null when the listener has stopped.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _ready.Reader.WaitToReadAsync(cancellationToken) && _ready.Reader.TryRead(out var connection) ? connection : null;

    /// <summary>Stops accepting; handshakes that run are ended.</summary>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _acceptLoop;
        _ready.Writer.TryComplete();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        while (_ready.Reader.TryRead(out var connection)) await connection.DisposeAsync();
        _stop.Dispose();
    }

    private async Task AcceptLoopAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await _socket.AcceptAsync(_stop.Token);
                _ = HandshakeAsync(socket);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException exception) when (!_stop.IsCancellationRequested)
            {
                // ECONNABORTED is the client's doing; out of descriptors passes when connections close.
                LogAcceptFailed(exception.SocketErrorCode);
                if (exception.SocketErrorCode == SocketError.TooManyOpenSockets) await PauseAsync();
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop ends by itself.
        }
    }

    private async Task HandshakeAsync(Socket socket)
    {
        TlsConnection? connection = null;
        try
        {
            if (!await _admission.EnterAsync(_stop.Token))
            {
                LogTurnedAway();
                socket.Dispose();
                return;
            }

            TlsHandshakeResult result;
            try
            {
                socket.NoDelay = true;
                connection = _server.Accept(socket);
                result = await HandshakeAsync(connection);
            }
            finally
            {
                _admission.Leave();
            }

            await FinishAsync(connection, result);
        }
        catch (Exception exception)
        {
            if (!_stop.IsCancellationRequested) LogHandshakeBroke(exception);
            connection?.Dispose();
            socket.Dispose();
        }
    }

    private async ValueTask<TlsHandshakeResult> HandshakeAsync(TlsConnection connection)
    {
        using var stop = _stop.Token.UnsafeRegister(static state => ((TlsConnection)state!).Abort(), connection);
        return await connection.HandshakeAsync();
    }

    private async ValueTask FinishAsync(TlsConnection connection, TlsHandshakeResult result)
    {
        if (result.Outcome == TlsHandshakeOutcome.Completed)
        {
            var context = new TlsConnectionContext(connection);
            if (!_ready.Writer.TryWrite(context)) await context.DisposeAsync();
            return;
        }

        if (result.Outcome == TlsHandshakeOutcome.SigningFailed)
            LogSigningFailed(result.Detail ?? "no reason given");
        else
            LogHandshakeFailed(result.Outcome, result.Detail ?? "");
        await connection.CloseAsync();
    }

    [LoggerMessage(3001, LogLevel.Warning, "Could not accept a connection: {Error}.")]
    private partial void LogAcceptFailed(SocketError error);

    [LoggerMessage(3002, LogLevel.Warning, "A connection was turned away: too many handshakes wait already (Tls:Limits).")]
    private partial void LogTurnedAway();

    [LoggerMessage(3003, LogLevel.Error, "A handshake broke in the proxy.")]
    private partial void LogHandshakeBroke(Exception exception);

    [LoggerMessage(3004, LogLevel.Error, "A handshake failed because the token did not sign: {Reason}")]
    private partial void LogSigningFailed(string reason);

    [LoggerMessage(3005, LogLevel.Debug, "A handshake failed: {Outcome}. {Reason}")]
    private partial void LogHandshakeFailed(TlsHandshakeOutcome outcome, string reason);
}
