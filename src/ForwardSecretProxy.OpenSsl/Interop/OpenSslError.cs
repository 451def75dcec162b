using System.Runtime.InteropServices;
using System.Text;

namespace ForwardSecretProxy.OpenSsl.Interop;

/// <summary>The one way from OpenSSL's per-thread error queue to an exception.</summary>
internal static unsafe class OpenSslError
{
    private const int LongestText = 256;

    /// <summary>Empties the queue into an exception that names the call.</summary>
    internal static OpenSslException Create(string call) => new($"{call} failed: {Drain()}");

    /// <exception cref="OpenSslException"><paramref name="result"/> is null.</exception>
    internal static nint ThrowIfNull(nint result, string call) => result != 0 ? result : throw Create(call);

    /// <exception cref="OpenSslException"><paramref name="result"/> is not 1.</exception>
    internal static void ThrowIfFailed(long result, string call)
    {
        if (result != 1) throw Create(call);
    }

    /// <summary>Whether the newest error is a TCP stream that ended without a close_notify.</summary>
    internal static bool IsUnexpectedEndOfStream() => LastReason() == LibSsl.SSL_R_UNEXPECTED_EOF_WHILE_READING;

    /// <summary>The newest error's reason (<c>SSL_R_*</c> where libssl reported it); 0 when there is no error.</summary>
    internal static int LastReason()
    {
        const ulong reasonMask = 0x7FFFFF;
        return (int)(LibCrypto.ERR_peek_last_error() & reasonMask);
    }

    /// <summary>Empties the queue into text, oldest reason first.</summary>
    internal static string Drain()
    {
        var text = new StringBuilder();
        var buffer = stackalloc byte[LongestText];
        while (LibCrypto.ERR_get_error() is var code and not 0)
        {
            LibCrypto.ERR_error_string_n(code, buffer, LongestText);
            if (text.Length > 0) text.Append("; ");
            text.Append(Marshal.PtrToStringUTF8((nint)buffer));
        }

        return text.Length > 0 ? text.ToString() : "no reason given";
    }
}
