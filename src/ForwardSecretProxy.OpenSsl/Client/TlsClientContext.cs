using System.Runtime.InteropServices;
using System.Text;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Client;

/// <summary>
/// A client's <c>SSL_CTX</c>, built once and used by any number of connections. Everything is set outright, so that
/// nothing of the system's openssl.cnf remains.
/// </summary>
public sealed unsafe class TlsClientContext : IDisposable
{
    // Pinned, for libssl reads it by address: the name and the zero byte that ends it.
    private readonly byte[]? _serverName;

    /// <summary>Builds the context.</summary>
    /// <exception cref="OpenSslException">OpenSSL cannot be used, or does not know a name in the options.</exception>
    public TlsClientContext(TlsClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        NativeLibraries.ThrowIfNotSupported();
        Options = options;
        _serverName = Pin(options.ServerName);
        Handle = new SslContextHandle(0, LibSsl.TLS_client_method());
        try
        {
            SetProtocol();
            SetVerification();
            SetApplicationProtocol();
        }
        catch
        {
            Handle.Dispose();
            throw;
        }
    }

    /// <summary>What it was built from.</summary>
    public TlsClientOptions Options { get; }

    internal SslContextHandle Handle { get; }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    /// <summary>A fresh <c>SSL</c> in the client's role on a connected or connecting socket. The caller frees it.</summary>
    internal nint Open(int fd)
    {
        var ssl = OpenSslError.ThrowIfNull(LibSsl.SSL_new(Handle), "SSL_new");
        _ = LibSsl.SSL_set_fd(ssl, fd);
        LibSsl.SSL_set_connect_state(ssl);
        if (_serverName is null) return ssl;

        var name = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_serverName, 0);
        LibSsl.SSL_ctrl(ssl, LibSsl.SSL_CTRL_SET_TLSEXT_HOSTNAME, new CLong(LibSsl.TLSEXT_NAMETYPE_host_name), (nint)name);
        if (Options.CaFile is not null) _ = LibSsl.SSL_set1_host(ssl, name);
        return ssl;
    }

    private void SetProtocol()
    {
        LibSsl.SSL_CTX_clear_options(Handle, LibSsl.SSL_CTX_get_options(Handle));
        LibSsl.SSL_CTX_set_options(Handle, LibSsl.SSL_OP_NO_COMPRESSION | LibSsl.SSL_OP_NO_RENEGOTIATION
            | (Options.Resume ? 0 : LibSsl.SSL_OP_NO_TICKET));
        LibSsl.SSL_CTX_ctrl(Handle, LibSsl.SSL_CTRL_MODE, new CLong(LibSsl.SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER), 0);
        // One recv takes as many records as have arrived.
        LibSsl.SSL_CTX_ctrl(Handle, LibSsl.SSL_CTRL_SET_READ_AHEAD, new CLong(1), 0);
        LibSsl.SSL_CTX_ctrl(Handle, LibSsl.SSL_CTRL_SET_SESS_CACHE_MODE, new CLong(LibSsl.SSL_SESS_CACHE_OFF), 0);
        LibSsl.SSL_CTX_set_keylog_callback(Handle, 0);
        Set(LibSsl.SSL_CTRL_SET_MIN_PROTO_VERSION, (int)Options.Version);
        Set(LibSsl.SSL_CTRL_SET_MAX_PROTO_VERSION, (int)Options.Version);
        SetList(LibSsl.SSL_CTRL_SET_GROUPS_LIST, Options.Groups, "groups");
        if (Options.SignatureSchemes.Count > 0)
            SetList(LibSsl.SSL_CTRL_SET_SIGALGS_LIST, Options.SignatureSchemes, "signature schemes");

        var suites = string.Join(':', Options.CipherSuites);
        var taken = Options.Version == TlsVersion.Tls13
            ? LibSsl.SSL_CTX_set_ciphersuites(Handle, suites)
            : LibSsl.SSL_CTX_set_cipher_list(Handle, suites);
        if (taken != 1) throw Unknown("cipher suites", Options.CipherSuites);
    }

    private void SetVerification()
    {
        var mode = Options.CaFile is null ? LibSsl.SSL_VERIFY_NONE : LibSsl.SSL_VERIFY_PEER;
        LibSsl.SSL_CTX_set_verify(Handle, mode, 0);
        if (Options.CaFile is { } file && LibSsl.SSL_CTX_load_verify_file(Handle, file) != 1)
            throw OpenSslError.Create($"Reading the certificates in {file}");
    }

    private void SetApplicationProtocol()
    {
        if (Options.ApplicationProtocol is not { } protocol) return;
        byte[] wire = [(byte)protocol.Length, .. Encoding.ASCII.GetBytes(protocol)];
        fixed (byte* start = wire)
        {
            if (LibSsl.SSL_CTX_set_alpn_protos(Handle, start, (uint)wire.Length) != 0)
                throw OpenSslError.Create("SSL_CTX_set_alpn_protos");
        }
    }

    private void Set(int command, int value) =>
        OpenSslError.ThrowIfFailed(LibSsl.SSL_CTX_ctrl(Handle, command, new CLong(value), 0).Value, "SSL_CTX_ctrl");

    private void SetList(int command, IReadOnlyList<string> names, string what)
    {
        if (LibSsl.SSL_CTX_ctrl_string(Handle, command, new CLong(0), string.Join(':', names)).Value != 1)
            throw Unknown(what, names);
    }

    private static OpenSslException Unknown(string what, IReadOnlyList<string> names)
    {
        LibCrypto.ERR_clear_error();
        return new OpenSslException($"{OpenSslLibrary.Version} does not know the {what} {string.Join(", ", names)}");
    }

    private static byte[]? Pin(string? name)
    {
        if (name is null) return null;
        var pinned = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(name) + 1, pinned: true);
        Encoding.UTF8.GetBytes(name, pinned);
        return pinned;
    }
}
