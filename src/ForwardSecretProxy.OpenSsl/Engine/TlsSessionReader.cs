using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>Reads what a finished handshake agreed on into names that exist already.</summary>
internal static unsafe class TlsSessionReader
{
    internal const string Tls13 = "TLSv1.3";

    /// <summary>libssl's mark of a group that has no NID: the code point follows.</summary>
    private const long UnknownGroup = 0x01000000;

    internal static TlsSessionInfo Read(SslHandle ssl, TlsConnection connection, SignatureScheme? signed)
    {
        byte* protocol;
        uint length;
        LibSsl.SSL_get0_alpn_selected(ssl, &protocol, &length);
        var resumed = LibSsl.SSL_session_reused(ssl) == 1;
        return new TlsSessionInfo(
            LibSsl.SSL_version(ssl) == LibSsl.TLS1_3_VERSION ? Tls13 : "TLSv1.2",
            CipherSuite(LibSsl.SSL_CIPHER_get_protocol_id(LibSsl.SSL_get_current_cipher(ssl))),
            Group(LibSsl.SSL_ctrl(ssl, LibSsl.SSL_CTRL_GET_NEGOTIATED_GROUP, new CLong(0), 0).Value),
            resumed || signed is null ? null : signed.Value.Name(),
            connection.ServerName,
            connection.Server.Protocols.Find(new ReadOnlySpan<byte>(protocol, (int)length)),
            resumed,
            connection.Server.ClientCertificates is null ? null : ClientVerification.Read(ssl));
    }

    /// <summary>The suites of <see cref="TlsPolicy"/>, by their IANA code points.</summary>
    private static string CipherSuite(ushort id) => id switch
    {
        0x1301 => "TLS_AES_128_GCM_SHA256",
        0x1302 => "TLS_AES_256_GCM_SHA384",
        0x1303 => "TLS_CHACHA20_POLY1305_SHA256",
        0xC02B => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        0xC02C => "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xC02F => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        0xC030 => "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xCCA8 => "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCA9 => "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        _ => $"0x{id:X4}",
    };

    /// <summary>By NID (obj_mac.h), or by code point where the group has none.</summary>
    private static string Group(long id) => id switch
    {
        1034 => "X25519",
        415 => "P-256",
        715 => "P-384",
        UnknownGroup | TlsGroups.X25519MlKem768 => "X25519MLKEM768",
        UnknownGroup | TlsGroups.X25519 => "X25519",
        UnknownGroup | TlsGroups.Secp256r1 => "P-256",
        UnknownGroup | TlsGroups.Secp384r1 => "P-384",
        _ => $"0x{id:X}",
    };
}
