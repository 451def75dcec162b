using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Interop;

/// <summary>Owns an <c>SSL_CTX</c>. Every <c>SSL</c> made from it holds a native reference of its own.</summary>
internal sealed class SslContextHandle : SafeHandle
{
    internal SslContextHandle()
        : this(LibSsl.TLS_server_method())
    {
    }

    /// <param name="method">A server's or a client's.</param>
    internal SslContextHandle(nint method)
        : base(0, ownsHandle: true) =>
        SetHandle(OpenSslError.ThrowIfNull(LibSsl.SSL_CTX_new(method), "SSL_CTX_new"));

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_CTX_free(handle);
        return true;
    }
}
