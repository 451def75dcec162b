using System.Globalization;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// What a token's answers mean to the person who runs it, and what follows from them (PKCS#11 v2.40 section 5.1).
/// </summary>
internal static class ReturnCodes
{
    /// <summary>An exception that says what was tried, what the answer means, and the mend.</summary>
    public static TokenException Failure(string action, CKR code) => new($"{action}: {Describe(code)}", (uint)code);

    /// <summary>Throws <see cref="Failure"/> unless <paramref name="code"/> is CKR_OK.</summary>
    public static void ThrowUnlessOk(CKR code, string action)
    {
        if (code != CKR.CKR_OK)
            throw Failure(action, code);
    }

    /// <summary>
    /// Whether the session that got this answer is of no further use. One that the token merely refused something
    /// (a mechanism, a key) goes back to its pool.
    /// </summary>
    public static bool BreaksSession(CKR code) => SessionIsGone(code) || code is
        CKR.CKR_DEVICE_ERROR or CKR.CKR_DEVICE_MEMORY or CKR.CKR_DEVICE_REMOVED or CKR.CKR_TOKEN_NOT_PRESENT
        or CKR.CKR_TOKEN_NOT_RECOGNIZED or CKR.CKR_SLOT_ID_INVALID or CKR.CKR_CRYPTOKI_NOT_INITIALIZED
        or CKR.CKR_GENERAL_ERROR or CKR.CKR_FUNCTION_FAILED or CKR.CKR_HOST_MEMORY or CKR.CKR_OPERATION_ACTIVE;

    /// <summary>
    /// Whether the token itself may be well and only our session, login or handle on it has ended, as after a network
    /// HSM's failover: opening a session again is then worth one try.
    /// </summary>
    public static bool SessionIsGone(CKR code) => code is
        CKR.CKR_SESSION_HANDLE_INVALID or CKR.CKR_SESSION_CLOSED or CKR.CKR_USER_NOT_LOGGED_IN
        or CKR.CKR_KEY_HANDLE_INVALID or CKR.CKR_OBJECT_HANDLE_INVALID;

    /// <summary>
    /// Whether the token considered a request and said no. An answer that only tells that the session, the token or the
    /// key has gone says nothing about what was asked.
    /// </summary>
    public static bool IsRefusal(CKR code) => !SessionIsGone(code) && code is not (CKR.CKR_OK
        or CKR.CKR_HOST_MEMORY or CKR.CKR_SLOT_ID_INVALID or CKR.CKR_ARGUMENTS_BAD
        or CKR.CKR_DEVICE_ERROR or CKR.CKR_DEVICE_MEMORY or CKR.CKR_DEVICE_REMOVED
        or CKR.CKR_TOKEN_NOT_PRESENT or CKR.CKR_TOKEN_NOT_RECOGNIZED or CKR.CKR_CRYPTOKI_NOT_INITIALIZED
        or CKR.CKR_BUFFER_TOO_SMALL or CKR.CKR_OPERATION_ACTIVE);

    /// <summary>The code's name, its meaning, and where there is one its mend.</summary>
    public static string Describe(CKR code) => Meaning(code) is { } meaning ? $"{Name(code)}, {meaning}" : Name(code);

    /// <summary>The code as PKCS#11 spells it, or in hexadecimal when it is the vendor's own.</summary>
    public static string Name(CKR code) => Enum.IsDefined(code)
        ? code.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"vendor code 0x{(uint)code:X8} (see the module's manual)");

    private static string? Meaning(CKR code) => TokenMeaning(code) ?? PinMeaning(code) ?? KeyMeaning(code);

    private static string? TokenMeaning(CKR code) => code switch
    {
        CKR.CKR_HOST_MEMORY => "the module could not allocate memory on this machine",
        CKR.CKR_SLOT_ID_INVALID => "there is no such slot any more; list the slots with `fsp token list`",
        CKR.CKR_GENERAL_ERROR => "the module failed without saying why; its own log may, as may its configuration "
            + "file (for SoftHSM the one that SOFTHSM2_CONF names) and the rights on its files",
        CKR.CKR_FUNCTION_FAILED => "the token could not do it; its own log may say why",
        CKR.CKR_ARGUMENTS_BAD => "the module did not accept the call's arguments",
        CKR.CKR_CANT_LOCK => "the module cannot be used by several threads; ask its vendor for one that can",
        CKR.CKR_DEVICE_ERROR => "the token or the way to it failed; check its power, network and log",
        CKR.CKR_DEVICE_MEMORY => "the token's memory is full; remove keys or sessions that are not needed",
        CKR.CKR_DEVICE_REMOVED => "the token was taken out while it was used; put it back",
        CKR.CKR_TOKEN_NOT_PRESENT => "there is no token in the slot; put it in, or check the way to the HSM",
        CKR.CKR_TOKEN_NOT_RECOGNIZED => "the module does not know this token; is it the right module?",
        CKR.CKR_TOKEN_WRITE_PROTECTED => "the token is write-protected",
        CKR.CKR_SESSION_COUNT => "the token has no session left; lower Sessions or end other programs that use it",
        CKR.CKR_SESSION_HANDLE_INVALID => "the session ended on the token's side",
        CKR.CKR_SESSION_CLOSED => "the session was closed while it was used",
        CKR.CKR_SESSION_READ_ONLY => "the session cannot change the token",
        CKR.CKR_SESSION_EXISTS => "the token is in use by another session; stop the programs that use it",
        CKR.CKR_OPERATION_ACTIVE => "the session is still busy with another operation",
        CKR.CKR_CRYPTOKI_NOT_INITIALIZED => "the module was shut down behind this process's back",
        CKR.CKR_FUNCTION_NOT_SUPPORTED => "the module does not offer this function",
        CKR.CKR_BUFFER_TOO_SMALL => "the answer was longer than its kind allows",
        CKR.CKR_RANDOM_NO_RNG => "the token has no random number generator",
        _ => null,
    };

    private static string? PinMeaning(CKR code) => code switch
    {
        CKR.CKR_PIN_INCORRECT => "the PIN is wrong",
        CKR.CKR_PIN_INVALID => "the PIN holds characters that the token does not take",
        CKR.CKR_PIN_LEN_RANGE => "the PIN is too short or too long for this token",
        CKR.CKR_PIN_EXPIRED => "the PIN has expired; set a new one with the token's own tool",
        CKR.CKR_PIN_LOCKED => "the PIN is locked after too many wrong tries; the security officer has to reset it",
        CKR.CKR_USER_NOT_LOGGED_IN => "nobody is logged in to the token",
        CKR.CKR_USER_ALREADY_LOGGED_IN => "somebody is logged in already",
        CKR.CKR_USER_ANOTHER_ALREADY_LOGGED_IN => "the security officer is logged in; end that program first",
        CKR.CKR_USER_PIN_NOT_INITIALIZED => "the token has no user PIN yet; run `fsp token init` or set one with the "
            + "token's own tool",
        CKR.CKR_USER_TYPE_INVALID => "the token does not know this kind of user",
        CKR.CKR_USER_TOO_MANY_TYPES => "too many kinds of users are logged in",
        _ => null,
    };

    private static string? KeyMeaning(CKR code) => code switch
    {
        CKR.CKR_KEY_HANDLE_INVALID or CKR.CKR_OBJECT_HANDLE_INVALID => "the key is not on the token any more",
        CKR.CKR_KEY_TYPE_INCONSISTENT => "the key is of another kind than the mechanism needs",
        CKR.CKR_KEY_SIZE_RANGE => "the token does not take keys of this size",
        CKR.CKR_KEY_FUNCTION_NOT_PERMITTED => "the key's attributes do not permit this use",
        CKR.CKR_KEY_UNEXTRACTABLE => "the key cannot be extracted",
        CKR.CKR_KEY_NOT_WRAPPABLE => "the key cannot be wrapped",
        CKR.CKR_MECHANISM_INVALID => "the token does not have this mechanism",
        CKR.CKR_MECHANISM_PARAM_INVALID => "the token does not take this mechanism's parameters",
        CKR.CKR_ATTRIBUTE_SENSITIVE => "the attribute is sensitive and cannot be read",
        CKR.CKR_ATTRIBUTE_TYPE_INVALID => "the object has no such attribute",
        CKR.CKR_ATTRIBUTE_VALUE_INVALID => "the token does not take an attribute's value",
        CKR.CKR_ATTRIBUTE_READ_ONLY => "the attribute cannot be changed",
        CKR.CKR_TEMPLATE_INCOMPLETE => "the token wants more attributes than were given",
        CKR.CKR_TEMPLATE_INCONSISTENT => "the token does not take these attributes together",
        CKR.CKR_CURVE_NOT_SUPPORTED or CKR.CKR_DOMAIN_PARAMS_INVALID => "the token does not have this curve",
        CKR.CKR_DATA_LEN_RANGE => "the token does not sign data of this length",
        _ => null,
    };
}
