using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Interop;

/// <summary>Owns an <c>SSL</c>, and counts how many are alive so that a leak can be seen from outside.</summary>
internal sealed class SslHandle : SafeHandle
{
    private static long _liveCount;

    internal SslHandle(SslContextHandle context)
        : base(0, ownsHandle: true)
    {
        SetHandle(OpenSslError.ThrowIfNull(LibSsl.SSL_new(context), "SSL_new"));
        Interlocked.Increment(ref _liveCount);
    }

    /// <summary>How many <c>SSL</c> objects exist in this process.</summary>
    internal static long LiveCount => Interlocked.Read(ref _liveCount);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_free(handle);
        Interlocked.Decrement(ref _liveCount);
        return true;
    }
}
