using System.Text;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>What a token says about itself (CK_TOKEN_INFO, PKCS#11 v2.40 section 3.2).</summary>
/// <param name="Slot">The slot it is in.</param>
/// <param name="Label">Its name, given when it was initialised; empty before.</param>
/// <param name="Serial">Its serial number, trailing spaces removed.</param>
/// <param name="Manufacturer">Who made it.</param>
/// <param name="Model">What its maker calls it.</param>
/// <param name="Initialized">Whether it has been initialised.</param>
/// <param name="UserPinSet">Whether the user PIN has been set.</param>
/// <param name="LoginRequired">Whether private keys need a login.</param>
/// <param name="PinState">What it says about wrong PINs so far.</param>
/// <param name="MaxSessions">The most sessions one program may have; null when it sets or tells no limit.</param>
public sealed record TokenInfo(
    ulong Slot,
    string Label,
    string Serial,
    string Manufacturer,
    string Model,
    bool Initialized,
    bool UserPinSet,
    bool LoginRequired,
    PinState PinState,
    int? MaxSessions)
{
    /// <summary>The bytes of UTF-8 that a token's label may have.</summary>
    public const int LabelLength = 32;

    /// <summary>The fewest bytes of a PIN; zero when it does not say.</summary>
    public int MinPinLength { get; init; }

    /// <summary>The most bytes of a PIN; null when it does not say.</summary>
    public int? MaxPinLength { get; init; }

    internal static TokenInfo FromNative(ulong slot, in CK_TOKEN_INFO native) => new(
        slot,
        Text(native.Label),
        Text(native.SerialNumber),
        Text(native.ManufacturerId),
        Text(native.Model),
        Has(native.Flags, CKF.CKF_TOKEN_INITIALIZED),
        Has(native.Flags, CKF.CKF_USER_PIN_INITIALIZED),
        Has(native.Flags, CKF.CKF_LOGIN_REQUIRED),
        PinStateOf(native.Flags),
        Limit(native.MaxSessionCount))
    {
        MinPinLength = Limit(native.MinPinLen) ?? 0,
        MaxPinLength = Limit(native.MaxPinLen),
    };

    /// <summary>Its label, serial and slot, as error messages list tokens.</summary>
    public string Describe() => Initialized
        ? $"label \"{Label}\", serial {(Serial.Length == 0 ? "unknown" : Serial)}, slot {Slot}"
        : $"not initialised, slot {Slot}";

    /// <summary>Whether <paramref name="uri"/> names this token, or none at all.</summary>
    public bool IsNamedBy(Pkcs11Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return (uri.Token ?? Label) == Label && (uri.Serial ?? Serial) == Serial;
    }

    private static PinState PinStateOf(ulong flags) =>
        Has(flags, CKF.CKF_USER_PIN_LOCKED) ? PinState.Locked
        : Has(flags, CKF.CKF_USER_PIN_FINAL_TRY) ? PinState.FinalTry
        : Has(flags, CKF.CKF_USER_PIN_COUNT_LOW) ? PinState.CountLow
        : PinState.Normal;

    // 0 is CK_EFFECTIVELY_INFINITE, all ones CK_UNAVAILABLE_INFORMATION.
    private static int? Limit(ulong count) => count is 0 or > int.MaxValue ? null : (int)count;

    private static bool Has(ulong flags, uint flag) => (flags & flag) != 0;

    // Padded with spaces by the standard, with zeros by some modules.
    private static string Text(byte[]? padded) =>
        padded is null ? "" : Encoding.UTF8.GetString(padded).TrimEnd(' ', '\0');
}

/// <summary>What a token tells about wrong PINs: PKCS#11 has flags for it, no number.</summary>
public enum PinState
{
    /// <summary>No wrong PIN since the last right one, or the token does not tell.</summary>
    Normal,

    /// <summary>A wrong PIN was given since the last right one (CKF_USER_PIN_COUNT_LOW).</summary>
    CountLow,

    /// <summary>One more wrong PIN locks it (CKF_USER_PIN_FINAL_TRY).</summary>
    FinalTry,

    /// <summary>No PIN is taken any more (CKF_USER_PIN_LOCKED).</summary>
    Locked,
}
