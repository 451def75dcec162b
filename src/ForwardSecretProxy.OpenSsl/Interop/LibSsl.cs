using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Interop;

/// <summary>What is used of libssl (OpenSSL 3.0's names and signatures).</summary>
internal static unsafe partial class LibSsl
{
    internal const int SSL_ERROR_NONE = 0;
    internal const int SSL_ERROR_SSL = 1;
    internal const int SSL_ERROR_WANT_READ = 2;
    internal const int SSL_ERROR_WANT_WRITE = 3;
    internal const int SSL_ERROR_WANT_X509_LOOKUP = 4;
    internal const int SSL_ERROR_SYSCALL = 5;
    internal const int SSL_ERROR_ZERO_RETURN = 6;
    internal const int SSL_ERROR_WANT_CLIENT_HELLO_CB = 11;

    internal const ulong SSL_OP_CLEANSE_PLAINTEXT = 1UL << 1;
    internal const ulong SSL_OP_NO_TICKET = 1UL << 14;
    internal const ulong SSL_OP_NO_COMPRESSION = 1UL << 17;
    internal const ulong SSL_OP_PRIORITIZE_CHACHA = 1UL << 21;
    internal const ulong SSL_OP_CIPHER_SERVER_PREFERENCE = 1UL << 22;
    internal const ulong SSL_OP_NO_RENEGOTIATION = 1UL << 30;
    internal const ulong SSL_OP_NO_RX_CERTIFICATE_COMPRESSION = 1UL << 33;

    internal const int SSL_MODE_ENABLE_PARTIAL_WRITE = 0x01;
    internal const int SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER = 0x02;
    internal const int SSL_MODE_NO_AUTO_CHAIN = 0x08;
    internal const int SSL_MODE_RELEASE_BUFFERS = 0x10;

    internal const int SSL_SESS_CACHE_OFF = 0;
    internal const int SSL_SESS_CACHE_SERVER = 0x0002;
    internal const int SSL_SESS_CACHE_NO_AUTO_CLEAR = 0x0080;
    internal const int SSL_SESS_CACHE_NO_INTERNAL = 0x0300;

    internal const int SSL_CTRL_MODE = 33;
    internal const int SSL_CTRL_SET_SESS_CACHE_MODE = 44;
    internal const int SSL_CTRL_SET_MAX_CERT_LIST = 51;
    internal const int SSL_CTRL_SET_TLSEXT_SERVERNAME_CB = 53;
    internal const int SSL_CTRL_CHAIN_CERT = 89;
    internal const int SSL_CTRL_SET_GROUPS_LIST = 92;
    internal const int SSL_CTRL_SET_SIGALGS_LIST = 98;
    internal const int SSL_CTRL_SET_CLIENT_SIGALGS_LIST = 102;
    internal const int SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
    internal const int SSL_CTRL_SET_MAX_PROTO_VERSION = 124;
    internal const int SSL_CTRL_GET_NEGOTIATED_GROUP = 134;

    internal const int SSL_CLIENT_HELLO_SUCCESS = 1;
    internal const int SSL_CLIENT_HELLO_ERROR = 0;
    internal const int SSL_CLIENT_HELLO_RETRY = -1;

    internal const int SSL_TLSEXT_ERR_OK = 0;
    internal const int SSL_TLSEXT_ERR_ALERT_FATAL = 2;
    internal const int SSL_TLSEXT_ERR_NOACK = 3;

    internal const int SSL_AD_ILLEGAL_PARAMETER = 47;
    internal const int SSL_AD_DECODE_ERROR = 50;
    internal const int SSL_AD_INTERNAL_ERROR = 80;
    internal const int SSL_AD_UNRECOGNIZED_NAME = 112;

    internal const int SSL_R_BAD_SIGNATURE = 123;
    internal const int SSL_R_CERTIFICATE_VERIFY_FAILED = 134;
    internal const int SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE = 199;
    internal const int SSL_R_UNEXPECTED_EOF_WHILE_READING = 294;

    internal const int SSL_VERIFY_PEER = 0x01;
    internal const int SSL_VERIFY_FAIL_IF_NO_PEER_CERT = 0x02;

    internal const int TLS1_3_VERSION = 0x0304;

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint TLS_server_method();

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_CTX_new_ex(nint libctx, nint propquery, nint method);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_CTX_free(nint ctx);

    [LibraryImport(NativeLibraries.Ssl, StringMarshalling = StringMarshalling.Utf8, EntryPoint = "SSL_CTX_ctrl")]
    internal static partial CLong SSL_CTX_ctrl_string(SslContextHandle ctx, int command, CLong larg, string parg);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial CLong SSL_CTX_ctrl(SslContextHandle ctx, int command, CLong larg, nint parg);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial CLong SSL_CTX_callback_ctrl(SslContextHandle ctx, int command, nint callback);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial ulong SSL_CTX_get_options(SslContextHandle ctx);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial ulong SSL_CTX_clear_options(SslContextHandle ctx, ulong options);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial ulong SSL_CTX_set_options(SslContextHandle ctx, ulong options);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial CLong SSL_CTX_set_timeout(SslContextHandle ctx, CLong seconds);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_CTX_set_num_tickets(SslContextHandle ctx, nuint count);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_CTX_set_max_early_data(SslContextHandle ctx, uint bytes);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_CTX_set_session_id_context(SslContextHandle ctx, byte* context, uint length);

    [LibraryImport(NativeLibraries.Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_cipher_list(SslContextHandle ctx, string list);

    [LibraryImport(NativeLibraries.Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_ciphersuites(SslContextHandle ctx, string list);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_CTX_use_certificate(SslContextHandle ctx, nint x509);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_CTX_use_PrivateKey(SslContextHandle ctx, PrivateKeyHandle pkey);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_CTX_check_private_key(SslContextHandle ctx);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_CTX_set_verify(SslContextHandle ctx, int mode, nint callback);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_CTX_set_verify_depth(SslContextHandle ctx, int depth);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_CTX_set_security_level(SslContextHandle ctx, int level);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_CTX_get_security_level(SslContextHandle ctx);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_CTX_get_ciphers(SslContextHandle ctx);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_get1_supported_ciphers(nint ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_CTX_get_cert_store(SslContextHandle ctx);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_CTX_add_client_CA(SslContextHandle ctx, nint x509);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_CTX_set_keylog_callback(SslContextHandle ctx, nint callback);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_CTX_set_client_hello_cb(
        SslContextHandle ctx, delegate* unmanaged<nint, int*, nint, int> callback, nint argument);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_CTX_set_cert_cb(
        SslContextHandle ctx, delegate* unmanaged<nint, nint, int> callback, nint argument);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_CTX_set_alpn_select_cb(
        SslContextHandle ctx,
        delegate* unmanaged<nint, byte**, byte*, byte*, uint, nint, int> callback,
        nint argument);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_CTX_set_not_resumable_session_callback(
        SslContextHandle ctx, delegate* unmanaged<nint, int, int> callback);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_CTX_sess_set_new_cb(
        SslContextHandle ctx, delegate* unmanaged<nint, nint, int> callback);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_CTX_sess_set_get_cb(
        SslContextHandle ctx, delegate* unmanaged<nint, byte*, int, int*, nint> callback);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial byte* SSL_SESSION_get_id(nint session, uint* length);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_SESSION_dup(nint session);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_SESSION_free(nint session);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_new(SslContextHandle ctx);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_free(nint ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_set_fd(SslHandle ssl, int fd);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_set_accept_state(SslHandle ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_set_read_ahead(SslHandle ssl, int yes);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_set_SSL_CTX(nint ssl, SslContextHandle ctx);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_do_handshake(SslHandle ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_read_ex(SslHandle ssl, byte* buffer, nuint length, nuint* read);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_write_ex(SslHandle ssl, byte* buffer, nuint length, nuint* written);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_new_session_ticket(SslHandle ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_shutdown(SslHandle ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_peek_ex(SslHandle ssl, byte* buffer, nuint length, nuint* read);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_get_error(SslHandle ssl, int result);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_get_rbio(SslHandle ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_version(SslHandle ssl);

    [LibraryImport(NativeLibraries.Ssl, EntryPoint = "SSL_version")]
    internal static partial int SSL_version_raw(nint ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_session_reused(SslHandle ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_set_verify(nint ssl, int mode, nint callback);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial CLong SSL_get_verify_result(SslHandle ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_get0_peer_certificate(SslHandle ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial nint SSL_get_current_cipher(SslHandle ssl);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial ushort SSL_CIPHER_get_protocol_id(nint cipher);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial CLong SSL_ctrl(SslHandle ssl, int command, CLong larg, nint parg);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial void SSL_get0_alpn_selected(SslHandle ssl, byte** data, uint* length);

    [LibraryImport(NativeLibraries.Ssl)]
    internal static partial int SSL_client_hello_get0_ext(nint ssl, uint type, byte** data, nuint* length);
}
