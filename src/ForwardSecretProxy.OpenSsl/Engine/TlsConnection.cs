using System.Net.Sockets;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// One TLS connection on a socket that libssl reads and writes itself. Reading and writing may go on at the same time,
/// one of each; an <c>SSL</c> is not thread-safe, so each native call is made under a lock, and none of them blocks but
/// the signature inside a handshake. Waiting never holds a thread.
/// </summary>
public sealed partial class TlsConnection : ISocketEvents, IDisposable
{
    /// <summary>How long a closing side waits for the other to notice. It is only held open, not worked on.</summary>
    internal static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    [ThreadStatic]
    private static TlsConnection? t_current;

    private readonly Lock _native = new();
    private readonly Socket _socket;
    private readonly int _fd;
    private readonly SslHandle _ssl;
    private readonly Readiness _readable = new();
    private readonly Readiness _writable = new();
    private readonly SocketPoller _poller = SocketPoller.Next();
    private readonly ulong _pollId;
    private Readiness? _writableForRead;
    private Action? _peerGoneCallback;
    private volatile bool _peerGone;
    private volatile bool _disposed;
    private bool _failed;
    private int _abortReason;

    internal TlsConnection(TlsServer server, SslContextHandle context, Socket socket)
    {
        Server = server;
        _socket = socket;
        _socket.Blocking = false;
        _fd = (int)socket.SafeHandle.DangerousGetHandle();
        _ssl = new SslHandle(context);
        try
        {
            OpenSslError.ThrowIfFailed(LibSsl.SSL_set_fd(_ssl, _fd), "SSL_set_fd");
            LibSsl.SSL_set_accept_state(_ssl);
            // One recv takes a record's header and body.
            LibSsl.SSL_set_read_ahead(_ssl, 1);
            _pollId = _poller.Add(_fd, this);
        }
        catch
        {
            _ssl.Dispose();
            throw;
        }
    }

    /// <summary>What the handshake agreed on; null before it is done.</summary>
    public TlsSessionInfo? Session { get; private set; }

    /// <summary>The socket below; for its addresses.</summary>
    public Socket Socket => _socket;

    /// <summary>The connection whose native call runs on this thread now.</summary>
    internal static TlsConnection? Current => t_current;

    internal TlsServer Server { get; }

    /// <summary>
    /// Calls <paramref name="callback"/> once, on a pool thread, when the client has closed or reset its side, or the
    /// connection is disposed: at once when that has happened already.
    /// </summary>
    public void OnPeerGone(Action callback)
    {
        Volatile.Write(ref _peerGoneCallback, callback);
        // The order against OnSocketEvents and Dispose: whoever is second sees what the first did.
        Interlocked.MemoryBarrier();
        if (_peerGone || _disposed) RaisePeerGone();
    }

    /// <summary>
    /// Ends everything that waits on this connection; nothing more is read or written. Whoever works with it still
    /// disposes it. Can be called at any time, from any thread.
    /// </summary>
    public void Abort() => Abort(TlsHandshakeOutcome.Aborted);

    internal void Abort(TlsHandshakeOutcome reason)
    {
        Interlocked.CompareExchange(ref _abortReason, (int)reason, (int)TlsHandshakeOutcome.None);
        CancelReservation();
        _readable.Close();
        _writable.Close();
        Volatile.Read(ref _writableForRead)?.Close();
    }

    /// <summary>
    /// Ends the connection as RFC 8446 section 6.1 asks: close_notify, then the end of the stream, then a moment for
    /// the client to read both, because closing a socket on unread bytes resets it. Frees everything.
    /// </summary>
    public async ValueTask CloseAsync()
    {
        try
        {
            if (IsAborted) return;
            using var deadline = Server.StartCloseDeadline(this);
            await ShutdownAsync().ConfigureAwait(false);
            while (!_endOfStream && !IsAborted && !TryDrain()) await _readable.WaitAsync().ConfigureAwait(false);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Frees everything at once, without a word to the client.</summary>
    public void Dispose()
    {
        lock (_native)
        {
            if (_disposed) return;
            _disposed = true;
            _poller.Remove(_fd, _pollId);
            _ssl.Dispose();
        }

        Abort(TlsHandshakeOutcome.Aborted);
        RaisePeerGone();
        _socket.Dispose();
    }

    private bool IsAborted => Volatile.Read(ref _abortReason) != (int)TlsHandshakeOutcome.None;

    void ISocketEvents.OnSocketEvents(uint events)
    {
        const uint failed = LibC.EPOLLERR | LibC.EPOLLHUP;
        if ((events & (failed | LibC.EPOLLRDHUP)) != 0)
        {
            _peerGone = true;
            CancelReservation();
        }

        if (_peerGone) RaisePeerGone();
        // Handshakes are short and, but for a slow token, do not block: they stay on this thread.
        var inline = Session is null;
        if ((events & (failed | LibC.EPOLLOUT)) != 0)
        {
            _writable.Signal(inline);
            Volatile.Read(ref _writableForRead)?.Signal(inline);
        }

        if ((events & (failed | LibC.EPOLLIN | LibC.EPOLLRDHUP)) != 0) _readable.Signal(inline);
    }

    private void RaisePeerGone()
    {
        if (Interlocked.Exchange(ref _peerGoneCallback, null) is { } callback)
            ThreadPool.UnsafeQueueUserWorkItem(static run => run(), callback, preferLocal: false);
    }
}
