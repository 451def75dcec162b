using System.Net;
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

    private const uint ReadEvents = LibC.EPOLLIN | LibC.EPOLLRDHUP | LibC.EPOLLET;

    [ThreadStatic]
    private static TlsConnection? t_current;

    private readonly Lock _native = new();
    private readonly int _fd;
    private readonly IDisposable? _owner;
    private readonly ConnectionLimit? _limit;
    private readonly Readiness _readable = new();
    private readonly Readiness _writable = new();
    private SslHandle _ssl = null!;
    private SocketPoller? _poller;
    private ulong _pollId;
    private bool _watchesWrites;
    private Readiness? _writableForRead;
    private Action? _peerGoneCallback;
    private volatile bool _peerGone;
    private volatile bool _disposed;
    private bool _failed;
    private int _abortReason;

    /// <summary>Takes over a non-blocking socket. libssl hears of it when the handshake begins.</summary>
    /// <param name="server">Whose connection it is; a reference on it, which <see cref="Dispose"/> gives back.</param>
    /// <param name="fd">The socket.</param>
    /// <param name="owner">Disposed to close the socket; null when that is this object's business.</param>
    /// <param name="limit">Where the connection is counted until it is disposed; null for nowhere.</param>
    internal TlsConnection(TlsServer server, int fd, IDisposable? owner, ConnectionLimit? limit)
    {
        Server = server;
        _fd = fd;
        _owner = owner;
        _limit = limit;
    }

    /// <summary>What the handshake agreed on; null before it is done.</summary>
    public TlsSessionInfo? Session { get; private set; }

    /// <summary>The client's address; null for a socket that has none, or is closed.</summary>
    public IPEndPoint? RemoteEndPoint => ReadEndPoint(SocketAddresses.Remote);

    /// <summary>The address the client came to; null for a socket that has none, or is closed.</summary>
    public IPEndPoint? LocalEndPoint => ReadEndPoint(SocketAddresses.Local);

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
            if (IsAborted || TryCloseAtOnce()) return;
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
            _poller?.Forget(_pollId);
            _ssl?.Dispose();
            if (_owner is null)
                _ = LibC.close(_fd);
            else
                _owner.Dispose();
        }

        _limit?.Leave();
        StopHandshakeDeadline();
        Abort(TlsHandshakeOutcome.Aborted);
        RaisePeerGone();
        Server.Release();
    }

    /// <summary>Hands the socket to libssl and asks to be told of what arrives.</summary>
    private void Start()
    {
        lock (_native)
        {
            if (_disposed) return;
            _ssl = new SslHandle(Server.DefaultContext);
            OpenSslError.ThrowIfFailed(LibSsl.SSL_set_fd(_ssl, _fd), "SSL_set_fd");
            LibSsl.SSL_set_accept_state(_ssl);
            // One recv takes a record's header and body.
            LibSsl.SSL_set_read_ahead(_ssl, 1);
        }

        Watch();
    }

    /// <summary>Asks to be told of what arrives, and of what is there already.</summary>
    private void Watch()
    {
        lock (_native)
        {
            if (_disposed) return;
            if (_poller is not null)
            {
                // Whoever looked before has used the edge of what is left up.
                _readable.Signal();
                return;
            }

            var poller = SocketPoller.Choose();
            _pollId = poller.Add(_fd, ReadEvents, this);
            _poller = poller;
        }
    }

    /// <summary>
    /// Waits until the socket takes more. Most connections never have to, and are told of arrivals only until they do.
    /// </summary>
    private ValueTask WaitUntilWritableAsync(Readiness readiness)
    {
        lock (_native)
        {
            if (!_watchesWrites && !_disposed && _poller is not null)
            {
                _watchesWrites = true;
                // Reports what is there already, so no edge is lost.
                _poller.Change(_fd, ReadEvents | LibC.EPOLLOUT, _pollId);
            }
        }

        return readiness.WaitAsync();
    }

    private IPEndPoint? ReadEndPoint(Func<int, IPEndPoint?> read)
    {
        lock (_native) return _disposed ? null : read(_fd);
    }

    private bool IsAborted => Volatile.Read(ref _abortReason) != (int)TlsHandshakeOutcome.None;

    bool ISocketEvents.CanWait => Session is null;

    void ISocketEvents.OnSocketEvents(uint events)
    {
        const uint failed = LibC.EPOLLERR | LibC.EPOLLHUP;
        if ((events & (failed | LibC.EPOLLRDHUP)) != 0)
        {
            _peerGone = true;
            CancelReservation();
        }

        if (_peerGone) RaisePeerGone();
        // What follows stays on this thread: nothing in it blocks, but for a token that is slow all of a sudden.
        if ((events & (failed | LibC.EPOLLOUT)) != 0)
        {
            _writable.Signal(inline: true);
            Volatile.Read(ref _writableForRead)?.Signal(inline: true);
        }

        if ((events & (failed | LibC.EPOLLIN | LibC.EPOLLRDHUP)) != 0) _readable.Signal(inline: true);
    }

    private void RaisePeerGone()
    {
        if (Interlocked.Exchange(ref _peerGoneCallback, null) is { } callback)
            ThreadPool.UnsafeQueueUserWorkItem(static run => run(), callback, preferLocal: false);
    }
}
