using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <content>Slots, tokens and sessions (PKCS#11 v2.40 sections 5.5 and 5.6).</content>
internal sealed partial class Pkcs11Module
{
    /// <summary>What is in each slot that holds a token, initialised or not.</summary>
    public IReadOnlyList<TokenInfo> ListTokens()
    {
        ulong count = 0;

        // The call without a buffer is also what makes a module look for tokens that came or went.
        ReturnCodes.ThrowUnlessOk(_library.C_GetSlotList(true, null, ref count), "The slots cannot be listed");
        var slots = new ulong[count];
        if (count > 0)
            ReturnCodes.ThrowUnlessOk(_library.C_GetSlotList(true, slots, ref count), "The slots cannot be listed");

        var tokens = new List<TokenInfo>();
        foreach (var slot in slots.AsSpan(0, (int)Math.Min(count, (ulong)slots.Length)))
        {
            var native = default(CK_TOKEN_INFO);
            var code = _library.C_GetTokenInfo(slot, ref native);
            if (code is CKR.CKR_TOKEN_NOT_PRESENT or CKR.CKR_TOKEN_NOT_RECOGNIZED or CKR.CKR_DEVICE_REMOVED
                or CKR.CKR_SLOT_ID_INVALID)
                continue;
            ReturnCodes.ThrowUnlessOk(code, $"The token in slot {slot} cannot be asked about itself");
            tokens.Add(TokenInfo.FromNative(slot, native));
        }

        return tokens;
    }

    /// <summary>What the token in <paramref name="slot"/> says about itself now.</summary>
    public TokenInfo GetTokenInfo(ulong slot)
    {
        var native = default(CK_TOKEN_INFO);
        var code = _library.C_GetTokenInfo(slot, ref native);
        ReturnCodes.ThrowUnlessOk(code, $"The token in slot {slot} cannot be asked about itself");
        return TokenInfo.FromNative(slot, native);
    }

    /// <summary>The flags and key sizes of a mechanism; null when the token does not have it.</summary>
    public CK_MECHANISM_INFO? FindMechanism(ulong slot, CKM mechanism)
    {
        var info = default(CK_MECHANISM_INFO);
        var code = _library.C_GetMechanismInfo(slot, mechanism, ref info);
        if (code == CKR.CKR_MECHANISM_INVALID)
            return null;
        ReturnCodes.ThrowUnlessOk(code, $"The token cannot be asked about {mechanism}");
        return info;
    }

    /// <summary>Opens a session, in which nobody is logged in unless somebody already was.</summary>
    public ulong OpenSession(ulong slot, bool writable)
    {
        ulong session = CK.CK_INVALID_HANDLE;
        var flags = CKF.CKF_SERIAL_SESSION | (writable ? CKF.CKF_RW_SESSION : 0);
        var code = _library.C_OpenSession(slot, flags, ref session);
        ReturnCodes.ThrowUnlessOk(code, $"A session with the token in slot {slot} cannot be opened");
        return session;
    }

    /// <summary>Closes a session; one that is gone already is no error.</summary>
    public void CloseSession(ulong session) => _ = _library.C_CloseSession(session);

    /// <summary>Whether the user is logged in, as every session of this process on the token then is.</summary>
    public bool IsLoggedIn(ulong session)
    {
        var info = default(CK_SESSION_INFO);
        var code = _library.C_GetSessionInfo(session, ref info);
        ReturnCodes.ThrowUnlessOk(code, "The session cannot be asked its state");
        return (CKS)info.State is CKS.CKS_RO_USER_FUNCTIONS or CKS.CKS_RW_USER_FUNCTIONS;
    }

    /// <summary>C_Login, its answer as it comes: the caller decides about wrong PINs.</summary>
    public CKR Login(ulong session, CKU user, Pins.Pin pin) =>
        _library.C_Login(session, user, pin.Buffer, (ulong)pin.Length);

    /// <summary>C_InitToken: erases what the slot holds and gives it a label and a security officer.</summary>
    public void InitToken(ulong slot, Pins.Pin officerPin, ReadOnlySpan<byte> label)
    {
        var padded = new byte[TokenInfo.LabelLength];
        padded.AsSpan().Fill((byte)' ');
        label.CopyTo(padded);
        var code = _library.C_InitToken(slot, officerPin.Buffer, (ulong)officerPin.Length, padded);
        ReturnCodes.ThrowUnlessOk(code, $"The token in slot {slot} cannot be initialised");
    }

    /// <summary>C_InitPIN: gives the token its user PIN; the security officer is logged in.</summary>
    public void InitPin(ulong session, Pins.Pin userPin)
    {
        var code = _library.C_InitPIN(session, userPin.Buffer, (ulong)userPin.Length);
        ReturnCodes.ThrowUnlessOk(code, "The token's user PIN cannot be set");
    }
}
