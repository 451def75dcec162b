using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Client;

/// <summary>What a handshake agreed on: numbers that are cheap to compare, and their names.</summary>
/// <param name="Version">The protocol's version.</param>
/// <param name="CipherSuiteId">The suite's address in libssl, which is its identity in this process.</param>
/// <param name="GroupId">The NID of the key exchange group; 0 when the key exchange was not ephemeral.</param>
/// <param name="SignatureId">The NID of the server's kind of signature; 0 when there was none.</param>
/// <param name="Resumed">Whether a ticket stood in for the signature.</param>
public readonly record struct TlsClientSession(
    TlsVersion Version, nint CipherSuiteId, long GroupId, int SignatureId, bool Resumed)
{
    private const long UnknownGroup = 0x01000000;

    /// <summary>The suite's name in the IANA registry.</summary>
    public string CipherSuite => Marshal.PtrToStringUTF8(LibSsl.SSL_CIPHER_standard_name(CipherSuiteId)) ?? "unknown";

    /// <summary>The suite's name as OpenSSL spells it, which differs in TLS 1.2.</summary>
    public string OpenSslCipherSuite => Marshal.PtrToStringUTF8(LibSsl.SSL_CIPHER_get_name(CipherSuiteId)) ?? "unknown";

    /// <summary>The group's name; null when the key exchange was not ephemeral.</summary>
    public string? Group => GroupId switch
    {
        0 => null,
        1034 or (UnknownGroup | TlsGroups.X25519) => "X25519",
        415 or (UnknownGroup | TlsGroups.Secp256r1) => "P-256",
        715 or (UnknownGroup | TlsGroups.Secp384r1) => "P-384",
        UnknownGroup | TlsGroups.X25519MlKem768 => TlsPolicy.Hybrid,
        _ => $"0x{GroupId:X}",
    };

    /// <summary>The server's kind of signature; null when it made none.</summary>
    public string? Signature => SignatureId switch
    {
        0 => null,
        6 => "RSA",
        912 => "RSA-PSS",
        408 => "ECDSA",
        1087 => "Ed25519",
        _ => $"NID {SignatureId}",
    };

    internal static unsafe TlsClientSession Read(nint ssl)
    {
        var resumed = LibSsl.SSL_session_reused(ssl) == 1;
        var signature = 0;
        if (!resumed && LibSsl.SSL_get_peer_signature_type_nid(ssl, &signature) != 1) signature = 0;
        return new TlsClientSession(
            (TlsVersion)LibSsl.SSL_version_raw(ssl),
            LibSsl.SSL_get_current_cipher(ssl),
            LibSsl.SSL_ctrl(ssl, LibSsl.SSL_CTRL_GET_NEGOTIATED_GROUP, new CLong(0), 0).Value,
            signature,
            resumed);
    }
}
