using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl;

/// <summary>
/// What an OpenSSL cipher string (openssl-ciphers(1)) stands for: the installed library says so, with its build and the
/// system's openssl.cnf, as it would to any server on this machine.
/// </summary>
public static unsafe class CipherString
{
    /// <summary>The suites that <paramref name="text"/> selects.</summary>
    /// <exception cref="FormatException">It selects nothing.</exception>
    /// <exception cref="OpenSslException">OpenSSL cannot be used.</exception>
    public static CipherStringSuites Expand(string text)
    {
        NativeLibraries.ThrowIfNotSupported();
        if (text.Contains('\0', StringComparison.Ordinal)) throw new FormatException("the cipher string has a NUL in it");

        // The default library context, and not the policy's own: what is wanted is everything that OpenSSL has.
        using var context = new SslContextHandle(0, LibSsl.TLS_server_method());
        if (LibSsl.SSL_CTX_set_cipher_list(context, text) != 1)
        {
            LibCrypto.ERR_clear_error();
            throw new FormatException($"it selects no cipher suite that {OpenSslLibrary.Version} has");
        }
        return new CipherStringSuites(
            Read(LibSsl.SSL_CTX_get_ciphers(context)), ReadSupported(context), LibSsl.SSL_CTX_get_security_level(context));
    }

    private static List<ushort> ReadSupported(SslContextHandle context)
    {
        var ssl = OpenSslError.ThrowIfNull(LibSsl.SSL_new(context), "SSL_new");
        try
        {
            var supported = LibSsl.SSL_get1_supported_ciphers(ssl);
            try
            {
                return Read(supported);
            }
            finally
            {
                // The list is ours, the suites in it are the library's.
                LibCrypto.OPENSSL_sk_free(supported);
            }
        }
        finally
        {
            LibSsl.SSL_free(ssl);
        }
    }

    private static List<ushort> Read(nint stack)
    {
        var suites = new List<ushort>();
        var count = stack == 0 ? 0 : LibCrypto.OPENSSL_sk_num(stack);
        for (var i = 0; i < count; i++) suites.Add(LibSsl.SSL_CIPHER_get_protocol_id(LibCrypto.OPENSSL_sk_value(stack, i)));
        return suites;
    }
}

/// <summary>What a cipher string stands for.</summary>
/// <param name="Selected">The suites' codes, the preferred first, those of TLS 1.3 before all: <c>openssl ciphers</c>.</param>
/// <param name="Supported">
/// Those that a handshake could use: without what the security level forbids, or needs a shared key: <c>openssl ciphers -s</c>.
/// </param>
/// <param name="SecurityLevel">The level that the string, else openssl.cnf, else the build sets.</param>
public sealed record CipherStringSuites(IReadOnlyList<ushort> Selected, IReadOnlyList<ushort> Supported, int SecurityLevel);
