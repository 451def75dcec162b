using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Interop;

/// <summary>Owns a reference on an <c>EVP_PKEY</c>.</summary>
internal sealed class PrivateKeyHandle : SafeHandle
{
    internal PrivateKeyHandle(nint pkey)
        : base(0, ownsHandle: true) => SetHandle(pkey);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}
