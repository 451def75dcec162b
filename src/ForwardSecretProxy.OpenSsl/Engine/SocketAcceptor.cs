using System.Net.Sockets;
using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// Accepts on a listening socket with every poller, so that a connection is mostly served by the thread that accepted
/// it. Each poller takes one at a time, and the next goes to whichever is free.
/// </summary>
public sealed unsafe class SocketAcceptor : ISocketEvents, IDisposable
{
    /// <summary>How long accepting rests when the process or the system has no descriptor or memory left.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly List<(SocketPoller Poller, ulong Id)> _polls = [];
    private readonly Socket _socket;
    private readonly SafeHandle _handle;
    private readonly ConnectionLimit _limit;
    private readonly Action<AcceptedSocket> _accepted;
    private readonly Action<string> _failed;
    private readonly Timer _resume;
    private volatile bool _isFailing;
    private volatile bool _disposed;

    /// <summary>Begins to accept.</summary>
    /// <param name="socket">A TCP socket, bound and listening; closed by <see cref="Stop"/>.</param>
    /// <param name="limit">Connections beyond it are closed at once.</param>
    /// <param name="accepted">Takes a connection over. Called on a poller's thread: must not block and must not throw.</param>
    /// <param name="failed">Told why no connection can be accepted, once until one is again; likewise.</param>
    public SocketAcceptor(
        Socket socket, ConnectionLimit limit, Action<AcceptedSocket> accepted, Action<string> failed)
    {
        ArgumentNullException.ThrowIfNull(socket);
        _socket = socket;
        _socket.Blocking = false;
        // Linux hands it down to what is accepted.
        _socket.NoDelay = true;
        _handle = socket.SafeHandle;
        _limit = limit;
        _accepted = accepted;
        _failed = failed;
        _resume = new Timer(static state => ((SocketAcceptor)state!).Watch(), this, Timeout.Infinite, Timeout.Infinite);
        Watch();
    }

    /// <summary>
    /// Accepts nothing more. Whoever is in the queue of the kernel is accepted before the socket is closed; a shared
    /// one stays open, with its queue, for whoever else holds it.
    /// </summary>
    /// <param name="isShared">Whether another process listens on the socket, too.</param>
    public void Stop(bool isShared)
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            Unwatch();
        }

        _resume.Dispose();
        if (isShared) return;
        while (TryAccept(out _))
        {
        }

        // A poller that is in accept4 holds a reference: the descriptor is closed after it.
        _socket.Dispose();
    }

    /// <summary>Stops, with a socket of its own.</summary>
    public void Dispose() => Stop(isShared: false);

    bool ISocketEvents.CanWait => true;

    void ISocketEvents.OnSocketEvents(uint events)
    {
        if (!TryAccept(out var error) && error != 0) OnFailure(error);
    }

    private bool TryAccept(out int error)
    {
        error = 0;
        int fd;
        try
        {
            fd = LibC.accept4(_handle, null, null, LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        if (fd < 0)
        {
            error = Marshal.GetLastPInvokeError();
            return false;
        }

        _isFailing = false;
        if (_limit.TryEnter())
            _accepted(new AcceptedSocket(fd, _limit));
        else
            _ = LibC.close(fd);
        return true;
    }

    private void OnFailure(int error)
    {
        switch (error)
        {
            case LibC.EAGAIN or LibC.EINTR:
                return;
            case LibC.EMFILE or LibC.ENFILE or LibC.ENOBUFS or LibC.ENOMEM:
                // The connection stays in the kernel's queue, which would report it again and again.
                lock (_lock)
                {
                    Unwatch();
                    if (!_disposed) _resume.Change(Pause, Timeout.InfiniteTimeSpan);
                }

                break;
        }

        if (_isFailing) return;
        _isFailing = true;
        _failed(Marshal.GetPInvokeErrorMessage(error));
    }

    private void Watch()
    {
        lock (_lock)
        {
            if (_disposed || _polls.Count > 0) return;
            var fd = (int)_handle.DangerousGetHandle();
            foreach (var poller in SocketPoller.All)
                _polls.Add((poller, poller.Add(fd, LibC.EPOLLIN | LibC.EPOLLEXCLUSIVE, this)));
        }
    }

    private void Unwatch()
    {
        var fd = (int)_handle.DangerousGetHandle();
        foreach (var (poller, id) in _polls) poller.Remove(fd, id);
        _polls.Clear();
    }
}
