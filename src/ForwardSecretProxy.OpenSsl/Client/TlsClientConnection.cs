using System.Net;
using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.OpenSsl.Client;

/// <summary>
/// One place for client connections, one after another, on non-blocking sockets that libssl reads and writes itself.
/// Belongs to the thread of its <see cref="TlsClientPoller"/>; nothing in it waits and a new life allocates nothing here.
/// </summary>
public sealed unsafe class TlsClientConnection : IDisposable
{
    private const int NoSocket = -1;

    private readonly TlsClientContext _context;
    private readonly TlsClientPoller _poller;
    private readonly int _index;
    private int _fd = NoSocket;
    private nint _ssl;
    private nint _ticket;
    private nint _offered;
    private int _errno;
    private int _reason;

    /// <summary>Makes a place whose edges <paramref name="poller"/> reports.</summary>
    public TlsClientConnection(TlsClientContext context, TlsClientPoller poller)
    {
        ArgumentNullException.ThrowIfNull(poller);
        _context = context;
        _poller = poller;
        _index = poller.Register(this);
    }

    /// <summary>Whose it is; for whoever gets it back from the poller.</summary>
    public object? Owner { get; set; }

    /// <summary>Whether a ticket is at hand that the next handshake will offer.</summary>
    public bool HasTicket => _ticket != 0;

    /// <summary>Whether the handshake under way offered a ticket.</summary>
    public bool OfferedTicket => _offered != 0;

    /// <summary>The name of the alert behind <see cref="TlsClientResult.Alerted"/>, as in "handshake failure".</summary>
    public string Alert =>
        Marshal.PtrToStringUTF8(LibSsl.SSL_alert_desc_string_long(_reason - LibSsl.SSL_AD_REASON_OFFSET)) ?? "unknown";

    /// <summary>Opens a socket and begins to connect; goes on with <see cref="FinishConnect"/> at the next edge.</summary>
    public TlsClientResult Connect(IPEndPoint address)
    {
        var family = address.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? LibC.AF_INET6 : LibC.AF_INET;
        _fd = LibC.socket(family, LibC.SOCK_STREAM | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, 0);
        if (_fd < 0) return SocketFailure();

        LibC.SwitchOn(_fd, LibC.TCP_NODELAY);
        var bytes = stackalloc byte[SocketAddress.GetMaximumAddressSize(address.AddressFamily)];
        var length = WriteAddress(address, bytes);
        if (LibC.connect(_fd, bytes, length) < 0 && Marshal.GetLastPInvokeError() != LibC.EINPROGRESS)
            return SocketFailure();
        return _poller.Add(_fd, _index) ? TlsClientResult.Again : SocketFailure();
    }

    /// <summary>Whether the TCP connection stands.</summary>
    public TlsClientResult FinishConnect()
    {
        int error;
        var length = (uint)sizeof(int);
        if (LibC.getsockopt(_fd, LibC.SOL_SOCKET, LibC.SO_ERROR, &error, &length) < 0) return SocketFailure();
        return error == 0 ? TlsClientResult.Done : SocketFailure(error);
    }

    /// <summary>Receives outside TLS.</summary>
    public TlsClientResult Receive(Span<byte> buffer, out int received)
    {
        fixed (byte* start = buffer)
            received = (int)LibC.recv(_fd, start, (nuint)buffer.Length, LibC.MSG_DONTWAIT);
        return received > 0 ? TlsClientResult.Done
            : received == 0 ? TlsClientResult.Ended
            : SocketFailure();
    }

    /// <summary>Sends outside TLS.</summary>
    public TlsClientResult Send(ReadOnlySpan<byte> buffer, out int sent)
    {
        fixed (byte* start = buffer)
            sent = (int)LibC.send(_fd, start, (nuint)buffer.Length, LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL);
        return sent >= 0 ? TlsClientResult.Done : SocketFailure();
    }

    /// <summary>Begins TLS on the socket, with the ticket of the life before when there is one. Once for each life.</summary>
    public void StartTls()
    {
        _ssl = _context.Open(_fd);
        if (_ticket == 0) return;
        if (LibSsl.SSL_set_session(_ssl, _ticket) == 1) _offered = _ticket;
        DropTicket();
    }

    /// <summary>Takes the handshake as far as it goes.</summary>
    public TlsClientResult Handshake()
    {
        LibCrypto.ERR_clear_error();
        var result = LibSsl.SSL_do_handshake(_ssl);
        return result == 1 ? TlsClientResult.Done : TlsResult(result);
    }

    /// <summary>What the finished handshake agreed on.</summary>
    public TlsClientSession ReadSession() => TlsClientSession.Read(_ssl);

    /// <summary>Reads what has arrived inside TLS.</summary>
    public TlsClientResult Read(Span<byte> buffer, out int read)
    {
        LibCrypto.ERR_clear_error();
        nuint count = 0;
        int result;
        fixed (byte* start = buffer) result = LibSsl.SSL_read_ex(_ssl, start, (nuint)buffer.Length, &count);
        read = (int)count;
        return result == 1 ? TlsClientResult.Done : TlsResult(result);
    }

    /// <summary>Writes all of <paramref name="buffer"/>, or nothing: after Again it is called with the same bytes.</summary>
    public TlsClientResult Write(ReadOnlySpan<byte> buffer)
    {
        LibCrypto.ERR_clear_error();
        nuint written;
        int result;
        fixed (byte* start = buffer) result = LibSsl.SSL_write_ex(_ssl, start, (nuint)buffer.Length, &written);
        return result == 1 ? TlsClientResult.Done : TlsResult(result);
    }

    /// <summary>Sends close_notify. Reading goes on until the server's.</summary>
    public TlsClientResult Shutdown()
    {
        LibCrypto.ERR_clear_error();
        var result = LibSsl.SSL_shutdown(_ssl);
        return result >= 0 ? TlsClientResult.Done : TlsResult(result);
    }

    /// <summary>
    /// What went wrong last, in libssl's or the kernel's words. Only right after a step that failed: the next call
    /// overwrites it.
    /// </summary>
    public string Explain()
    {
        if (_errno != 0) return Marshal.GetPInvokeErrorMessage(_errno);
        if (_reason == 0) return "the connection ended";
        var detail = _reason == LibSsl.SSL_R_CERTIFICATE_VERIFY_FAILED
            ? $" ({Marshal.PtrToStringUTF8(LibCrypto.X509_verify_cert_error_string(LibSsl.SSL_get_verify_result(_ssl)))})"
            : "";
        return OpenSslError.Drain() + detail;
    }

    /// <summary>Ends this life: the socket is closed, and a ticket that came is kept when tickets are used.</summary>
    public void Close()
    {
        if (_ssl != 0)
        {
            KeepTicket();
            LibSsl.SSL_free(_ssl);
            _ssl = 0;
        }

        if (_fd >= 0) _ = LibC.close(_fd);
        _fd = NoSocket;
        _errno = _reason = 0;
        _offered = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        DropTicket();
    }

    /// <summary>
    /// The session is replaced by each ticket that arrives, so the last one is kept. One that is still what was offered
    /// has been used: in TLS 1.3 it is not offered again, whatever came of it (RFC 8446 appendix C.4).
    /// </summary>
    private void KeepTicket()
    {
        if (!_context.Options.Resume) return;
        var session = LibSsl.SSL_get1_session(_ssl);
        if (session == 0) return;
        var isUsed = session == _offered && _context.Options.Version == TlsVersion.Tls13;
        if (!isUsed && LibSsl.SSL_SESSION_is_resumable(session) == 1) _ticket = session;
        else LibSsl.SSL_SESSION_free(session);
    }

    private void DropTicket()
    {
        if (_ticket == 0) return;
        LibSsl.SSL_SESSION_free(_ticket);
        _ticket = 0;
    }

    private TlsClientResult SocketFailure() => SocketFailure(Marshal.GetLastPInvokeError());

    private TlsClientResult SocketFailure(int error)
    {
        if (error is LibC.EAGAIN or LibC.EINTR) return TlsClientResult.Again;
        _reason = 0;
        _errno = error;
        return error switch
        {
            LibC.ECONNREFUSED => TlsClientResult.Refused,
            LibC.ECONNRESET or LibC.EPIPE => TlsClientResult.Reset,
            _ => TlsClientResult.Failed,
        };
    }

    private TlsClientResult TlsResult(int result)
    {
        var errno = Marshal.GetLastSystemError();
        switch (LibSsl.SSL_get_error(_ssl, result))
        {
            case LibSsl.SSL_ERROR_WANT_READ or LibSsl.SSL_ERROR_WANT_WRITE:
                return TlsClientResult.Again;
            case LibSsl.SSL_ERROR_ZERO_RETURN:
                return TlsClientResult.Ended;
            case LibSsl.SSL_ERROR_SYSCALL:
                return errno == 0 ? TlsClientResult.CutOff : SocketFailure(errno);
        }

        const ulong reasonMask = 0x7FFFFF;
        _errno = 0;
        _reason = (int)(LibCrypto.ERR_peek_last_error() & reasonMask);
        return _reason == LibSsl.SSL_R_UNEXPECTED_EOF_WHILE_READING ? TlsClientResult.CutOff
            : _reason is > LibSsl.SSL_AD_REASON_OFFSET and < LibSsl.SSL_AD_REASON_OFFSET + 256 ? TlsClientResult.Alerted
            : TlsClientResult.Failed;
    }

    /// <summary><c>struct sockaddr_in</c> and <c>sockaddr_in6</c> (ip(7), ipv6(7)).</summary>
    private static uint WriteAddress(IPEndPoint endPoint, byte* bytes)
    {
        var address = endPoint.Serialize();
        address.Buffer.Span[..address.Size].CopyTo(new Span<byte>(bytes, address.Size));
        return (uint)address.Size;
    }
}
