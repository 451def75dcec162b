using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl;

/// <summary>The OpenSSL that this process uses.</summary>
public static class OpenSslLibrary
{
    /// <summary>Why OpenSSL cannot be used, in an operator's words; null when it can.</summary>
    public static string? NotSupportedReason => NativeLibraries.NotSupportedReason;

    /// <summary>Such as <c>OpenSSL 3.0.19 27 Jan 2026</c>.</summary>
    /// <exception cref="OpenSslException">It cannot be used.</exception>
    public static string Version
    {
        get
        {
            NativeLibraries.ThrowIfNotSupported();
            return ReadVersion();
        }
    }

    internal static string ReadVersion() => Marshal.PtrToStringUTF8(LibCrypto.OpenSSL_version(0)) ?? "OpenSSL";
}
