using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing;

/// <summary>
/// A token, or something on it, cannot be used; the message says what was found and how to mend it. It never holds a
/// PIN, a key or a key URI's query.
/// </summary>
public class TokenException : Exception
{
    /// <summary>Creates the exception with a reason that can be shown and logged.</summary>
    public TokenException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a reason and what caused it.</summary>
    public TokenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception for a call that the token answered with an error.</summary>
    /// <param name="message">What was tried, what the answer means, and the mend.</param>
    /// <param name="returnCode">The CKR value (PKCS#11 v2.40 section 5.1).</param>
    public TokenException(string message, uint returnCode)
        : base(message) => ReturnCode = returnCode;

    /// <summary>The exception for a PIN that the token refused.</summary>
    public static TokenException PinRefused(string message) => new(message, (uint)CKR.CKR_PIN_INCORRECT);

    /// <summary>The CKR value that the token answered with; zero when the fault was found without asking it.</summary>
    public uint ReturnCode { get; }

    /// <summary>Whether the token refused the PIN, which another try with the same one cannot mend.</summary>
    public bool IsPinRefused => (CKR)ReturnCode is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE
        or CKR.CKR_PIN_EXPIRED or CKR.CKR_PIN_LOCKED;
}
