using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// Where libssl calls back. Each call runs inside a native call that a <see cref="TlsConnection"/> makes on the same
/// thread, which is how its connection is found; without one, or on any exception, the answer is libssl's failure.
/// </summary>
internal static unsafe class TlsCallbacks
{
    private const uint ServerNameExtension = 0;
    private const uint ApplicationProtocolExtension = 16;

    internal static void Install(SslContextHandle context)
    {
        LibSsl.SSL_CTX_set_client_hello_cb(context, &OnClientHello, 0);
        LibSsl.SSL_CTX_set_cert_cb(context, &OnCertificate, 0);
        LibSsl.SSL_CTX_set_alpn_select_cb(context, &OnSelectProtocol, 0);
        LibSsl.SSL_CTX_callback_ctrl(
            context, LibSsl.SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, (nint)(delegate* unmanaged<nint, int*, nint, int>)&OnServerName);
        LibSsl.SSL_CTX_set_not_resumable_session_callback(context, &OnNewSessionIsNotResumable);
        LibSsl.SSL_CTX_sess_set_new_cb(context, &OnNewSession);
        LibSsl.SSL_CTX_sess_set_get_cb(context, &OnGetSession);
    }

    /// <summary>Before anything is decided: finds the certificates for the server name.</summary>
    [UnmanagedCallersOnly]
    private static int OnClientHello(nint ssl, int* alert, nint argument)
    {
        try
        {
            *alert = TlsConnection.Current is { } connection
                ? connection.SelectCertificates(
                    ssl, ReadExtension(ssl, ServerNameExtension, out var name) ? name : default, IsValidation(ssl, connection))
                : LibSsl.SSL_AD_INTERNAL_ERROR;
            return *alert switch
            {
                0 => LibSsl.SSL_CLIENT_HELLO_SUCCESS,
                TlsConnection.Suspended => LibSsl.SSL_CLIENT_HELLO_RETRY,
                _ => LibSsl.SSL_CLIENT_HELLO_ERROR,
            };
        }
        catch (Exception exception)
        {
            TlsConnection.Current?.Report(exception);
            *alert = LibSsl.SSL_AD_INTERNAL_ERROR;
            return LibSsl.SSL_CLIENT_HELLO_ERROR;
        }
    }

    /// <summary>Acknowledges the name that <see cref="OnClientHello"/> found (RFC 6066 section 3).</summary>
    [UnmanagedCallersOnly]
    private static int OnServerName(nint ssl, int* alert, nint argument) => LibSsl.SSL_TLSEXT_ERR_OK;

    /// <summary>
    /// Called for a full handshake and never for a resumed one: the place to wait for a token session. A negative
    /// answer suspends the handshake (SSL_ERROR_WANT_X509_LOOKUP).
    /// </summary>
    [UnmanagedCallersOnly]
    private static int OnCertificate(nint ssl, nint argument)
    {
        try
        {
            return TlsConnection.Current is { } connection ? connection.TryReserveSigner(ssl) ? 1 : -1 : 0;
        }
        catch (Exception exception)
        {
            TlsConnection.Current?.Report(exception);
            return 0;
        }
    }

    /// <summary>
    /// Our first choice among the client's. None in common ends the handshake (RFC 7301 section 3.2): a client that
    /// means another protocol must not be served this one.
    /// </summary>
    [UnmanagedCallersOnly]
    private static int OnSelectProtocol(nint ssl, byte** selected, byte* selectedLength, byte* offered, uint length, nint argument)
    {
        if (TlsConnection.Current is not { } connection) return LibSsl.SSL_TLSEXT_ERR_ALERT_FATAL;
        var protocols = connection.IsValidation ? ValidationProtocol.Protocols : connection.Server.Protocols;
        if (!protocols.TrySelect(new ReadOnlySpan<byte>(offered, (int)length), out var offset, out var size))
            return protocols.IsEmpty ? LibSsl.SSL_TLSEXT_ERR_NOACK : LibSsl.SSL_TLSEXT_ERR_ALERT_FATAL;
        *selected = offered + offset;
        *selectedLength = (byte)size;
        return LibSsl.SSL_TLSEXT_ERR_OK;
    }

    /// <summary>
    /// TLS 1.2 gets no session ID: its cached master secret would open the recorded session. A TLS 1.3 resumption
    /// secret does not.
    /// </summary>
    [UnmanagedCallersOnly]
    private static int OnNewSessionIsNotResumable(nint ssl, int forwardSecure) =>
        LibSsl.SSL_version_raw(ssl) == LibSsl.TLS1_3_VERSION ? 0 : 1;

    /// <summary>
    /// Keeps a copy. libssl spoils the session of a connection that ends without a close_notify, as most do, and a
    /// client that comes back shows the newest ticket first. Zero: the original stays libssl's.
    /// </summary>
    [UnmanagedCallersOnly]
    private static int OnNewSession(nint ssl, nint session)
    {
        try
        {
            if (LibSsl.SSL_version_raw(ssl) != LibSsl.TLS1_3_VERSION
                || TlsConnection.Current is not { IsValidation: false } connection) return 0;
            var copy = LibSsl.SSL_SESSION_dup(session);
            if (copy != 0 && !connection.Server.Sessions.TryAdd(copy, connection.ServerName)) LibSsl.SSL_SESSION_free(copy);
        }
        catch (Exception exception)
        {
            TlsConnection.Current?.Report(exception);
        }

        return 0;
    }

    /// <summary>Gives the session away with its reference: a ticket is looked up once in its life.</summary>
    [UnmanagedCallersOnly]
    private static nint OnGetSession(nint ssl, byte* id, int length, int* copy)
    {
        *copy = 0;
        try
        {
            return LibSsl.SSL_version_raw(ssl) == LibSsl.TLS1_3_VERSION
                && TlsConnection.Current is { IsValidation: false } connection
                ? connection.Server.Sessions.Take(new ReadOnlySpan<byte>(id, length), connection.ServerName)
                : 0;
        }
        catch (Exception exception)
        {
            TlsConnection.Current?.Report(exception);
            return 0;
        }
    }

    private static bool IsValidation(nint ssl, TlsConnection connection) =>
        connection.Server.Challenges is not null
        && ReadExtension(ssl, ApplicationProtocolExtension, out var offered)
        && ValidationProtocol.IsOnlyOffer(offered);

    private static bool ReadExtension(nint ssl, uint type, out ReadOnlySpan<byte> data)
    {
        byte* start;
        nuint length;
        var found = LibSsl.SSL_client_hello_get0_ext(ssl, type, &start, &length) == 1;
        data = found ? new ReadOnlySpan<byte>(start, (int)length) : default;
        return found;
    }
}
