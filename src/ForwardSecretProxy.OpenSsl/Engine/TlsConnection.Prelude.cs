using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <content>Plaintext before the handshake, read from the socket while libssl does not have it yet.</content>
public sealed partial class TlsConnection : IPrelude
{
    private DeadlineQueue.Deadline? _handshakeDeadline;

    /// <inheritdoc/>
    /// <remarks>The first look begins the handshake's time limit.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> PeekAsync(Memory<byte> buffer, int seen, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(buffer.Length, seen);
        _handshakeDeadline ??= Server.StartHandshakeDeadline(this);
        Watch();
        using var cancellation = cancellationToken.UnsafeRegister(static state => ((TlsConnection)state!)._readable.Signal(), this);
        while (true)
        {
            // Before the look: what has come together with the end is still seen.
            var hasEnded = _peerGone || IsAborted;
            var count = TryPeek(buffer.Span);
            if (count > seen && !IsAborted) return count;
            if (hasEnded || count == 0) return 0;
            cancellationToken.ThrowIfCancellationRequested();
            await _readable.WaitAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public unsafe bool Skip(int count)
    {
        const int chunk = 512;
        var scratch = stackalloc byte[chunk];
        lock (_native)
        {
            while (count > 0 && !_disposed)
            {
                var received = LibC.recv(_fd, scratch, (nuint)Math.Min(count, chunk), LibC.MSG_DONTWAIT);
                if (received <= 0) return false;
                count -= (int)received;
            }

            return !_disposed;
        }
    }

    private void StopHandshakeDeadline() => Interlocked.Exchange(ref _handshakeDeadline, null)?.Dispose();

    /// <summary>The number of bytes; 0 at the end of the stream or when it is broken, negative when there is nothing yet.</summary>
    private unsafe int TryPeek(Span<byte> buffer)
    {
        lock (_native)
        {
            if (_disposed) return 0;
            fixed (byte* start = buffer)
            {
                var count = (int)LibC.recv(_fd, start, (nuint)buffer.Length, LibC.MSG_PEEK | LibC.MSG_DONTWAIT);
                return count < 0 && Marshal.GetLastPInvokeError() is not (LibC.EAGAIN or LibC.EINTR) ? 0 : count;
            }
        }
    }
}
