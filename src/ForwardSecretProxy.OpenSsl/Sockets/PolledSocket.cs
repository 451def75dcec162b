using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.OpenSsl.Sockets;

/// <summary>
/// A plain connection, TCP or to a UNIX socket, on the pollers that serve the clients' connections, so that what a backend
/// answers goes on to the client on the thread that saw it arrive. One reader and one writer at a time; waiting holds no thread.
/// </summary>
public sealed class PolledSocket : IPrelude, ISocketEvents, IDisposable
{
    private const uint Events = LibC.EPOLLIN | LibC.EPOLLOUT | LibC.EPOLLRDHUP | LibC.EPOLLET;

    private readonly int _fd;
    private readonly Lock _reading = new();
    private readonly Lock _writing = new();
    private readonly Readiness _readable = new();
    private readonly Readiness _writable = new();
    private readonly SocketPoller _poller = SocketPoller.Choose();
    private readonly ulong _pollId;
    private readonly ConnectionLimit? _limit;
    private volatile bool _peerGone;
    private volatile bool _disposed;

    private PolledSocket(EndPoint address)
    {
        var family = address.AddressFamily switch
        {
            AddressFamily.InterNetworkV6 => LibC.AF_INET6,
            AddressFamily.Unix => LibC.AF_UNIX,
            _ => LibC.AF_INET,
        };
        _fd = LibC.socket(family, LibC.SOCK_STREAM | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, 0);
        if (_fd < 0) throw SocketErrors.Create(Marshal.GetLastPInvokeError());
        try
        {
            LibC.SwitchOn(_fd, LibC.TCP_NODELAY);
            Connect(address.Serialize());
            _pollId = _poller.Add(_fd, Events, this);
        }
        catch
        {
            _ = LibC.close(_fd);
            throw;
        }
    }

    private PolledSocket(AcceptedSocket accepted)
    {
        _fd = accepted.Fd;
        _limit = accepted.Limit;
        _pollId = _poller.Add(_fd, Events, this);
    }

    /// <summary>The other side's address; null when the connection is gone.</summary>
    public IPEndPoint? RemoteEndPoint => ReadEndPoint(SocketAddresses.Remote);

    /// <summary>Our own side's address; null when the connection is gone.</summary>
    public IPEndPoint? LocalEndPoint => ReadEndPoint(SocketAddresses.Local);

    /// <summary>Takes over an accepted socket.</summary>
    /// <exception cref="Win32Exception">The kernel refused; the socket is left to the caller.</exception>
    public static PolledSocket Accept(AcceptedSocket socket) => new(socket);

    /// <summary>Connects to an IP address and port, or to a UNIX socket.</summary>
    /// <exception cref="SocketException">The other side refused, cannot be reached, or there is no descriptor left.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public static async ValueTask<PolledSocket> ConnectAsync(EndPoint address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        cancellationToken.ThrowIfCancellationRequested();
        var socket = new PolledSocket(address);
        try
        {
            using (cancellationToken.UnsafeRegister(static state => ((PolledSocket)state!)._writable.Signal(), socket))
                await socket._writable.WaitAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            socket.ThrowIfNotConnected();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Reads what has arrived, or waits for it. An empty buffer waits only.</summary>
    /// <returns>The number of bytes; 0 at the end of the stream and for an empty buffer.</returns>
    /// <exception cref="IOException">The connection is broken.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (SocketPoller.IsTurnOver) return ReadInPoolAsync(buffer, cancellationToken);
        return TryRead(buffer.Span, 0, out var read) ? new ValueTask<int>(read) : ReadAfterWaitAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<int> PeekAsync(Memory<byte> buffer, int seen, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(buffer.Length, seen);
        using var cancellation = cancellationToken.UnsafeRegister(static state => ((PolledSocket)state!)._readable.Signal(), this);
        while (true)
        {
            // Before the look: what has come together with the end is still seen.
            var hasEnded = _peerGone;
            var isThere = TryRead(buffer.Span, LibC.MSG_PEEK, out var count);
            if (isThere && (count > seen || count == 0)) return count;
            if (hasEnded) return 0;
            cancellationToken.ThrowIfCancellationRequested();
            await _readable.WaitAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public bool Skip(int count)
    {
        Span<byte> scratch = stackalloc byte[512];
        while (count > 0)
        {
            if (!TryRead(scratch[..Math.Min(count, scratch.Length)], 0, out var read) || read == 0) return false;
            count -= read;
        }

        // Peeking has used the edge of what is left up.
        _readable.Signal();
        return true;
    }

    /// <summary>Whether something has arrived that nobody has read yet.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    public bool HasArrived()
    {
        Span<byte> first = stackalloc byte[1];
        return TryRead(first, LibC.MSG_PEEK, out var count) && count > 0;
    }

    /// <summary>Writes all of <paramref name="buffer"/>.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) =>
        TryWrite(ref buffer) ? ValueTask.CompletedTask : WriteAfterWaitAsync(buffer, cancellationToken);

    /// <summary>Ends the outgoing stream; reading goes on.</summary>
    public void Shutdown()
    {
        lock (_writing)
        {
            if (!_disposed) _ = LibC.shutdown(_fd, LibC.SHUT_WR);
        }
    }

    /// <summary>
    /// Gives an accepted connection on to somebody else, as it is; for this object it is closed. Nobody reads or writes at
    /// the time.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was not accepted, or is closed already.</exception>
    public AcceptedSocket Release() => _limit is { } limit && End(_poller.Remove)
        ? new AcceptedSocket(_fd, limit)
        : throw new InvalidOperationException("There is no accepted connection to give on.");

    /// <summary>Closes the connection; whoever waits on it is told.</summary>
    public void Dispose()
    {
        if (End(Close)) _limit?.Leave();
    }

    private void Close(int fd, ulong pollId)
    {
        _poller.Forget(pollId);
        _ = LibC.close(fd);
    }

    /// <summary>False when it has ended before.</summary>
    private bool End(Action<int, ulong> letGo)
    {
        lock (_reading)
        {
            lock (_writing)
            {
                if (_disposed) return false;
                _disposed = true;
                letGo(_fd, _pollId);
            }
        }

        _readable.Close();
        _writable.Close();
        return true;
    }

    bool ISocketEvents.CanWait => false;

    void ISocketEvents.OnSocketEvents(uint events)
    {
        const uint failed = LibC.EPOLLERR | LibC.EPOLLHUP;
        if ((events & (failed | LibC.EPOLLRDHUP)) != 0) _peerGone = true;
        if ((events & (failed | LibC.EPOLLOUT)) != 0) _writable.Signal(inline: true);
        if ((events & (failed | LibC.EPOLLIN | LibC.EPOLLRDHUP)) != 0) _readable.Signal(inline: true);
    }

    private IPEndPoint? ReadEndPoint(Func<int, IPEndPoint?> read)
    {
        lock (_reading) return _disposed ? null : read(_fd);
    }

    private unsafe void Connect(SocketAddress address)
    {
        fixed (byte* start = address.Buffer.Span)
        {
            if (LibC.connect(_fd, start, (uint)address.Size) == 0) return;
        }

        // A UNIX socket whose queue is full says EAGAIN: nobody will accept us, and no event would tell.
        if (Marshal.GetLastPInvokeError() is var error and not (LibC.EINPROGRESS or LibC.EINTR)) throw SocketErrors.Create(error);
    }

    private unsafe void ThrowIfNotConnected()
    {
        var error = 0;
        var length = (uint)sizeof(int);
        if (LibC.getsockopt(_fd, LibC.SOL_SOCKET, LibC.SO_ERROR, &error, &length) != 0) error = Marshal.GetLastPInvokeError();
        if (error != 0) throw SocketErrors.Create(error);
    }

    private async ValueTask<int> ReadInPoolAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return await ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAfterWaitAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var cancellation = cancellationToken.UnsafeRegister(static state => ((PolledSocket)state!)._readable.Signal(), this);
        while (true)
        {
            await _readable.WaitAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead(buffer.Span, 0, out var read)) return read;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAfterWaitAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        using var cancellation = cancellationToken.UnsafeRegister(static state => ((PolledSocket)state!)._writable.Signal(), this);
        do
        {
            await _writable.WaitAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (!TryWrite(ref buffer));
    }

    /// <summary>False when there is nothing yet.</summary>
    private unsafe bool TryRead(Span<byte> buffer, int flags, out int read)
    {
        lock (_reading)
        {
            if (_disposed) throw Closed();
            byte probe;
            nint result;
            fixed (byte* start = buffer)
            {
                // An edge may be spent while bytes are left, so even a mere wait must look first.
                result = buffer.IsEmpty
                    ? LibC.recv(_fd, &probe, 1, LibC.MSG_PEEK)
                    : LibC.recv(_fd, start, (nuint)buffer.Length, flags);
            }

            read = buffer.IsEmpty ? 0 : (int)result;
            return result >= 0 || !ThrowUnlessRetry();
        }
    }

    /// <summary>False when the socket's buffer is full; <paramref name="buffer"/> is what is left.</summary>
    private unsafe bool TryWrite(ref ReadOnlyMemory<byte> buffer)
    {
        lock (_writing)
        {
            while (!buffer.IsEmpty)
            {
                if (_disposed) throw Closed();
                nint sent;
                fixed (byte* start = buffer.Span) sent = LibC.send(_fd, start, (nuint)buffer.Length, LibC.MSG_NOSIGNAL);
                if (sent < 0) return !ThrowUnlessRetry();
                buffer = buffer[(int)sent..];
            }

            return true;
        }
    }

    private static bool ThrowUnlessRetry()
    {
        var error = Marshal.GetLastPInvokeError();
        if (error is LibC.EAGAIN or LibC.EINTR) return true;
        var exception = SocketErrors.Create(error);
        throw new IOException(exception.Message, exception);
    }

    private static IOException Closed() => new("The connection is closed.");
}
