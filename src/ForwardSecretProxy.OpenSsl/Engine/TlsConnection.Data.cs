using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <content>Reading, writing and half-close after the handshake.</content>
public sealed partial class TlsConnection
{
    private const int Fatal = -1;

    /// <summary>The most plaintext that a record carries (RFC 8446 section 5.1).</summary>
    private const int FullRecord = 16 * 1024;

    private bool _endOfStream;
    private bool _closeNotifySent;
    private bool _hasWritten;
    private volatile bool _isWriteBroken;

    /// <summary>
    /// Whether the stream ended without a close_notify: by a bare end of the TCP stream, a reset, a broken record or
    /// <see cref="Abort()"/>. What was read may have been cut short (RFC 8446 section 6.1).
    /// </summary>
    public bool IsTruncated { get; private set; }

    /// <summary>
    /// Reads what has arrived, or waits for it. An empty buffer waits only, so that an idle connection holds no memory.
    /// </summary>
    /// <returns>
    /// The number of bytes, at least 1 for a buffer that is not empty; 0 at the end of the stream
    /// (<see cref="IsTruncated"/> tells which).
    /// </returns>
    /// <exception cref="OperationCanceledException">Nothing was read; reading can go on later.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (SocketPoller.IsTurnOver) return ReadInPoolAsync(buffer, cancellationToken);
        return TryRead(buffer.Span, out var read) is var error && error is LibSsl.SSL_ERROR_NONE
            ? new ValueTask<int>(read)
            : ReadAfterWaitAsync(buffer, error, cancellationToken);
    }

    /// <summary>
    /// Waits for the first thing that the client has to say after its handshake. What has arrived so far is
    /// acknowledged at once: nothing of ours goes out that could carry it, and a client without TCP_NODELAY would hold
    /// its request back for the 40 ms that the kernel delays an acknowledgement by.
    /// </summary>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="OperationCanceledException">Nothing came; waiting can go on later.</exception>
    public ValueTask<bool> WaitForDataAsync(CancellationToken cancellationToken = default)
    {
        var read = ReadAsync(Memory<byte>.Empty, cancellationToken);
        if (read.IsCompletedSuccessfully) return new ValueTask<bool>(!_endOfStream);
        SetTcpOption(LibC.TCP_QUICKACK);
        return WaitAsync(read);

        async ValueTask<bool> WaitAsync(ValueTask<int> arrival)
        {
            await arrival.ConfigureAwait(false);
            return !_endOfStream;
        }
    }

    /// <summary>Writes all of <paramref name="buffer"/>.</summary>
    /// <returns>False when the connection is gone: the client may have received any part of it.</returns>
    /// <exception cref="OperationCanceledException">A record may be half written, so nothing can be written any more.</exception>
    public ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var error = TryWriteAll(ref buffer);
        return error == LibSsl.SSL_ERROR_NONE
            ? new ValueTask<bool>(true)
            : WriteAfterWaitAsync(buffer, error, cancellationToken);
    }

    /// <summary>
    /// Half-close: sends close_notify and ends the outgoing stream. Reading goes on until the client does the same.
    /// </summary>
    public async ValueTask ShutdownAsync()
    {
        while (!IsAborted)
        {
            switch (TryShutdown())
            {
                case LibSsl.SSL_ERROR_WANT_WRITE:
                    await WaitUntilWritableAsync(_writable).ConfigureAwait(false);
                    break;
                default:
                    return;
            }
        }
    }

    private async ValueTask<int> ReadInPoolAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return await ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAfterWaitAsync(Memory<byte> buffer, int error, CancellationToken cancellationToken)
    {
        using var cancellation = cancellationToken.UnsafeRegister(static state => ((TlsConnection)state!).WakeReader(), this);
        while (true)
        {
            switch (error)
            {
                case LibSsl.SSL_ERROR_WANT_READ:
                    await _readable.WaitAsync().ConfigureAwait(false);
                    break;
                case LibSsl.SSL_ERROR_WANT_WRITE:
                    // A KeyUpdate asks for an answer that does not fit the socket's buffer; the writer may wait as well.
                    await WaitToWriteForReadAsync().ConfigureAwait(false);
                    break;
                default:
                    return 0;
            }

            cancellationToken.ThrowIfCancellationRequested();
            error = TryRead(buffer.Span, out var read);
            if (error == LibSsl.SSL_ERROR_NONE) return read;
        }
    }

    private void WakeReader()
    {
        _readable.Signal();
        Volatile.Read(ref _writableForRead)?.Signal();
    }

    private ValueTask WaitToWriteForReadAsync()
    {
        if (_writableForRead is null)
        {
            Volatile.Write(ref _writableForRead, new Readiness());
            // The edge may have passed before there was anybody to report it to.
            _writableForRead.Signal();
        }

        if (IsAborted) _writableForRead.Close();
        return WaitUntilWritableAsync(_writableForRead);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WriteAfterWaitAsync(
        ReadOnlyMemory<byte> buffer, int error, CancellationToken cancellationToken)
    {
        using var cancellation = cancellationToken.UnsafeRegister(
            static state => ((TlsConnection)state!)._writable.Signal(), this);
        while (error == LibSsl.SSL_ERROR_WANT_WRITE)
        {
            await WaitUntilWritableAsync(_writable).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
            {
                _isWriteBroken = true;
                cancellationToken.ThrowIfCancellationRequested();
            }

            error = TryWriteAll(ref buffer);
        }

        return error == LibSsl.SSL_ERROR_NONE;
    }

    private unsafe int TryRead(Span<byte> buffer, out int read)
    {
        read = 0;
        lock (_native)
        {
            if (_disposed || _failed || _endOfStream || IsAborted) return EndOfStream(truncated: !_endOfStream);
            Enter();
            int error;
            byte probe;
            nuint count = 0;
            fixed (byte* start = buffer)
            {
                // An edge may be spent while bytes are left, so even a mere wait must look first.
                var result = buffer.IsEmpty
                    ? LibSsl.SSL_peek_ex(_ssl, &probe, 1, &count)
                    : LibSsl.SSL_read_ex(_ssl, start, (nuint)buffer.Length, &count);
                error = result == 1 ? LibSsl.SSL_ERROR_NONE : LibSsl.SSL_get_error(_ssl, result);
                // Behind a full record there is another, most of the time, and what is read together is passed on together.
                // An error stays for the next call.
                for (var more = count; more == FullRecord && (int)count < buffer.Length; count += more)
                {
                    more = 0;
                    _ = LibSsl.SSL_read_ex(_ssl, start + count, (nuint)buffer.Length - count, &more);
                }
            }

            Leave();
            switch (error)
            {
                case LibSsl.SSL_ERROR_NONE:
                    read = buffer.IsEmpty ? 0 : (int)count;
                    return error;
                case LibSsl.SSL_ERROR_WANT_READ or LibSsl.SSL_ERROR_WANT_WRITE:
                    return error;
                case LibSsl.SSL_ERROR_ZERO_RETURN:
                    return EndOfStream(truncated: false);
                default:
                    _failed = true;
                    return EndOfStream(truncated: true);
            }
        }
    }

    private int EndOfStream(bool truncated)
    {
        _endOfStream = true;
        IsTruncated |= truncated;
        return Fatal;
    }

    private unsafe int TryWriteAll(ref ReadOnlyMemory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            lock (_native)
            {
                if (_disposed || _failed || _isWriteBroken || _closeNotifySent || IsAborted) return Fatal;
                Enter();
                if (!_hasWritten) RequestTickets();
                nuint written = 0;
                int error;
                fixed (byte* start = buffer.Span)
                {
                    var result = LibSsl.SSL_write_ex(_ssl, start, (nuint)buffer.Length, &written);
                    error = result == 1 ? LibSsl.SSL_ERROR_NONE : LibSsl.SSL_get_error(_ssl, result);
                }

                Leave();
                if (error == LibSsl.SSL_ERROR_WANT_WRITE) return error;
                if (error != LibSsl.SSL_ERROR_NONE)
                {
                    _failed = true;
                    return Fatal;
                }

                buffer = buffer[(int)written..];
            }
        }

        return LibSsl.SSL_ERROR_NONE;
    }

    /// <summary>
    /// Tickets leave with the first answer: who shakes hands and says nothing costs none, and a flood of such clients
    /// does not drive the others' sessions out of the cache. A resumed client has the rest of its tickets still.
    /// </summary>
    private void RequestTickets()
    {
        _hasWritten = true;
        if (Session is not { Version: TlsSessionReader.Tls13 } session || !Server.Resumes) return;
        var count = session.Resumed ? 1 : Server.Policy.Resumption.TicketsPerHandshake;
        for (var i = 0; i < count; i++) _ = LibSsl.SSL_new_session_ticket(_ssl);
    }

    /// <summary>
    /// A client that has sent its close_notify will send nothing more and expects ours: there is nothing to wait for,
    /// and closing resets nothing. False when that is not how things are.
    /// </summary>
    private bool TryCloseAtOnce()
    {
        if (!_endOfStream || IsTruncated) return false;
        // What is written is held back until the socket is closed, and leaves in one packet with the FIN.
        SetTcpOption(LibC.TCP_CORK);
        return TryShutdown(endStream: false) == LibSsl.SSL_ERROR_NONE;
    }

    private void SetTcpOption(int option)
    {
        lock (_native)
        {
            if (!_disposed) LibC.SwitchOn(_fd, option);
        }
    }

    private int TryShutdown(bool endStream = true)
    {
        lock (_native)
        {
            if (_disposed) return Fatal;
            // After a fatal error libssl has sent its alert and forbids another word; the stream still ends properly.
            if (!_failed && !_isWriteBroken && Session is not null)
            {
                Enter();
                _closeNotifySent = true;
                var result = LibSsl.SSL_shutdown(_ssl);
                var error = result < 0 ? LibSsl.SSL_get_error(_ssl, result) : LibSsl.SSL_ERROR_NONE;
                Leave();
                if (error == LibSsl.SSL_ERROR_WANT_WRITE) return error;
                if (error is not (LibSsl.SSL_ERROR_NONE or LibSsl.SSL_ERROR_WANT_READ)) _failed = true;
            }

            // Fails when the client has reset the connection: then there is nothing left to end.
            if (endStream) _ = LibC.shutdown(_fd, LibC.SHUT_WR);
            return LibSsl.SSL_ERROR_NONE;
        }
    }

    /// <summary>Throws away what the client still sends; true at its end.</summary>
    private unsafe bool TryDrain()
    {
        const int chunk = 4096;
        var scratch = stackalloc byte[chunk];
        lock (_native)
        {
            if (_disposed) return true;
            nint received;
            while ((received = LibC.recv(_fd, scratch, chunk, LibC.MSG_DONTWAIT)) > 0)
            {
            }

            return received == 0 || Marshal.GetLastPInvokeError() is not (LibC.EAGAIN or LibC.EINTR);
        }
    }
}
