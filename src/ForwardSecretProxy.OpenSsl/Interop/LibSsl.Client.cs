using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Interop;

/// <content>
/// What a client needs. Its <c>SSL</c> objects come and go by the thousand on one thread that owns them all, so they are
/// passed as bare pointers: no handle is counted up and down around each call.
/// </content>
internal static unsafe partial class LibSsl
{
    internal const int SSL_SESS_CACHE_CLIENT = 0x0001;

    internal const int SSL_CTRL_SET_READ_AHEAD = 41;
    internal const int SSL_CTRL_SET_TLSEXT_HOSTNAME = 55;
    internal const int TLSEXT_NAMETYPE_host_name = 0;

    internal const int SSL_VERIFY_NONE = 0;

    /// <summary><c>SSL_AD_REASON_OFFSET</c>: the reason of a received alert is its number plus this.</summary>
    internal const int SSL_AD_REASON_OFFSET = 1000;

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint TLS_client_method();

    [LibraryImport(NativeLibraries.Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_load_verify_file(SslContextHandle ctx, string file);

    /// <remarks>0 is success, unlike everywhere else.</remarks>
    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_CTX_set_alpn_protos(SslContextHandle ctx, byte* protocols, uint length);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_set_fd(nint ssl, int fd);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_set_connect_state(nint ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial CLong SSL_ctrl(nint ssl, int command, CLong larg, nint parg);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_set1_host(nint ssl, byte* name);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_set_session(nint ssl, nint session);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_get1_session(nint ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_SESSION_is_resumable(nint session);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_do_handshake(nint ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_read_ex(nint ssl, byte* buffer, nuint length, nuint* read);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_write_ex(nint ssl, byte* buffer, nuint length, nuint* written);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_shutdown(nint ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_get_error(nint ssl, int result);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_session_reused(nint ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_get_current_cipher(nint ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_CIPHER_get_name(nint cipher);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_CIPHER_standard_name(nint cipher);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_get_peer_signature_type_nid(nint ssl, int* nid);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial CLong SSL_get_verify_result(nint ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_alert_desc_string_long(int alert);
}
