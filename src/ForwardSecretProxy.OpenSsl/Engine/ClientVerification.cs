using System.Runtime.InteropServices;
using System.Text;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Provider;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// Has libssl ask clients for certificates and verify them: the chain up to one of the CAs (RFC 5280), that it is good
/// for a TLS client, and the signature that proves possession of the key (RFC 8446 section 4.4.3, RFC 5246 section
/// 7.4.8). Nothing of the system's trust store counts.
/// </summary>
internal static unsafe class ClientVerification
{
    /// <summary>Bytes of a client's certificates: its own and four intermediates with RSA-4096 keys fit.</summary>
    private const int MaxCertificateBytes = 16 * 1024;

    /// <summary>Intermediates between a client's certificate and the root.</summary>
    private const int MaxIntermediates = 4;

    /// <summary>112 bits: RSA from 2048 bits on, no SHA-1 in a signature, in the whole chain.</summary>
    private const int SecurityLevel = 2;

    /// <summary>What clients may sign with; RSA with PKCS #1 is for TLS 1.2 and for chains.</summary>
    private const string SignatureSchemes =
        "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ed25519:"
        + "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512";

    /// <summary>Makes all connections of <paramref name="context"/> ask.</summary>
    /// <exception cref="OpenSslException">libssl refused a certificate or a setting.</exception>
    internal static void Install(SslContextHandle context, ClientCertificatePolicy policy)
    {
        LibSsl.SSL_CTX_set_security_level(context, SecurityLevel);
        LibSsl.SSL_CTX_set_verify_depth(context, MaxIntermediates);
        // RFC 8879, from 3.2 on: a few bytes of a stranger's would become many here.
        LibSsl.SSL_CTX_set_options(context, LibSsl.SSL_OP_NO_RX_CERTIFICATE_COMPRESSION);
        LibSsl.SSL_CTX_ctrl(context, LibSsl.SSL_CTRL_SET_MAX_CERT_LIST, new CLong(MaxCertificateBytes), 0);
        OpenSslError.ThrowIfFailed(
            LibSsl.SSL_CTX_ctrl_string(context, LibSsl.SSL_CTRL_SET_CLIENT_SIGALGS_LIST, new CLong(0), SignatureSchemes).Value,
            "Setting the signature schemes of clients");
        var store = LibSsl.SSL_CTX_get_cert_store(context);
        foreach (var authority in policy.Authorities) AddAuthority(context, store, authority.Span);
        foreach (var list in policy.RevocationLists) AddRevocationList(store, list.Span);
        if (policy.RevocationLists.Count > 0)
        {
            OpenSslError.ThrowIfFailed(
                LibCrypto.X509_STORE_set_flags(store, new CULong(LibCrypto.X509_V_FLAG_CRL_CHECK | LibCrypto.X509_V_FLAG_CRL_CHECK_ALL)),
                "X509_STORE_set_flags");
        }

        var mode = LibSsl.SSL_VERIFY_PEER | (policy.Required ? LibSsl.SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
        LibSsl.SSL_CTX_set_verify(context, mode, 0);
    }

    /// <summary>The client's certificate after a handshake; null when it sent none.</summary>
    /// <exception cref="OpenSslException">It is not verified, or libcrypto cannot read it.</exception>
    internal static TlsClientCertificate? Read(SslHandle ssl)
    {
        var certificate = LibSsl.SSL_get0_peer_certificate(ssl);
        if (certificate == 0) return null;
        // libssl has ended the handshake of every other; nobody is to be believed on the strength of that alone.
        if (LibSsl.SSL_get_verify_result(ssl).Value != LibCrypto.X509_V_OK)
            throw new OpenSslException("A client's certificate was let through without being verified.");
        return new TlsClientCertificate(Encode(certificate), Subject(certificate));
    }

    /// <summary>Why the handshake that just failed did so, when the client's certificate was the reason; null otherwise.</summary>
    internal static string? FindFailure(SslHandle ssl) => OpenSslError.LastReason() switch
    {
        LibSsl.SSL_R_CERTIFICATE_VERIFY_FAILED =>
            Marshal.PtrToStringUTF8(LibCrypto.X509_verify_cert_error_string(LibSsl.SSL_get_verify_result(ssl))),
        LibSsl.SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE => "the client sent no certificate",
        LibSsl.SSL_R_BAD_SIGNATURE => "the client does not have the certificate's key",
        _ => null,
    };

    private static void AddAuthority(SslContextHandle context, nint store, ReadOnlySpan<byte> der)
    {
        var authority = OpenSslError.ThrowIfNull(
            LibCrypto.X509_new_ex(PolicyProvider.VerifyingLibraryContext, 0), "X509_new_ex");
        try
        {
            fixed (byte* start = der)
            {
                var input = start;
                OpenSslError.ThrowIfNull(LibCrypto.d2i_X509(&authority, &input, new CLong(der.Length)), "d2i_X509");
            }

            OpenSslError.ThrowIfFailed(LibCrypto.X509_STORE_add_cert(store, authority), "X509_STORE_add_cert");
            OpenSslError.ThrowIfFailed(LibSsl.SSL_CTX_add_client_CA(context, authority), "SSL_CTX_add_client_CA");
        }
        finally
        {
            LibCrypto.X509_free(authority);
        }
    }

    private static void AddRevocationList(nint store, ReadOnlySpan<byte> der)
    {
        var list = OpenSslError.ThrowIfNull(
            LibCrypto.X509_CRL_new_ex(PolicyProvider.VerifyingLibraryContext, 0), "X509_CRL_new_ex");
        try
        {
            fixed (byte* start = der)
            {
                var input = start;
                OpenSslError.ThrowIfNull(LibCrypto.d2i_X509_CRL(&list, &input, new CLong(der.Length)), "d2i_X509_CRL");
            }

            OpenSslError.ThrowIfFailed(LibCrypto.X509_STORE_add_crl(store, list), "X509_STORE_add_crl");
        }
        finally
        {
            LibCrypto.X509_CRL_free(list);
        }
    }

    private static byte[] Encode(nint certificate)
    {
        var der = new byte[Math.Max(0, LibCrypto.i2d_X509(certificate, null))];
        fixed (byte* start = der)
        {
            var output = start;
            return der.Length > 0 && LibCrypto.i2d_X509(certificate, &output) == der.Length
                ? der
                : throw OpenSslError.Create("i2d_X509");
        }
    }

    private static string Subject(nint certificate)
    {
        var text = OpenSslError.ThrowIfNull(LibCrypto.BIO_new(LibCrypto.BIO_s_mem()), "BIO_new");
        try
        {
            // Its answer is -1 for a failure, else a length, 0 for the empty name.
            var name = LibCrypto.X509_get_subject_name(certificate);
            if (LibCrypto.X509_NAME_print_ex(text, name, 0, new CULong(LibCrypto.XN_FLAG_RFC2253)) < 0)
                throw OpenSslError.Create("X509_NAME_print_ex");
            byte* start;
            var length = LibCrypto.BIO_ctrl(text, LibCrypto.BIO_CTRL_INFO, new CLong(0), &start).Value;
            var subject = Encoding.UTF8.GetString(new ReadOnlySpan<byte>(start, checked((int)length)));
            if (subject.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0)
                throw new OpenSslException("A client's subject holds what was to be escaped.");
            // It becomes a header's value, whose blank at the end would be lost (RFC 9110 section 5.5); it is escaped already.
            return subject.EndsWith(' ') ? subject[..^1] + "20" : subject;
        }
        finally
        {
            _ = LibCrypto.BIO_free(text);
        }
    }
}
