using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Interop;

/// <summary>Owns an <c>SSL_CTX</c>. Every <c>SSL</c> made from it holds a native reference of its own.</summary>
internal sealed class SslContextHandle : SafeHandle
{
    /// <param name="libraryContext">The <c>OSSL_LIB_CTX</c> in which libssl finds its algorithms; 0 is the default one.</param>
    /// <param name="method">A server's or a client's.</param>
    internal SslContextHandle(nint libraryContext, nint method)
        : base(0, ownsHandle: true) =>
        SetHandle(OpenSslError.ThrowIfNull(LibSsl.SSL_CTX_new_ex(libraryContext, 0, method), "SSL_CTX_new_ex"));

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_CTX_free(handle);
        return true;
    }
}
