using ForwardSecretProxy.Signing.Calls;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// The functions of a module that are used here (PKCS#11 v2.40 section 5), for the sake of one token. Nothing else calls the
/// library, so no call goes unwatched: see <see cref="CallWatch"/>.
/// </summary>
internal sealed class ModuleFunctions(Pkcs11Library library, TokenCalls calls)
{
    /// <summary>The same library for the sake of another token.</summary>
    public ModuleFunctions For(TokenCalls others) => new(library, others);

    public CKR C_Initialize(CK_C_INITIALIZE_ARGS arguments)
    {
        using var call = calls.Begin(nameof(C_Initialize));
        return library.C_Initialize(arguments);
    }

    public CKR C_GetSlotList(bool tokenPresent, ulong[]? slots, ref ulong count)
    {
        using var call = calls.Begin(nameof(C_GetSlotList));
        return library.C_GetSlotList(tokenPresent, slots, ref count);
    }

    public CKR C_GetTokenInfo(ulong slot, ref CK_TOKEN_INFO info)
    {
        using var call = calls.Begin(nameof(C_GetTokenInfo));
        return library.C_GetTokenInfo(slot, ref info);
    }

    public CKR C_GetMechanismInfo(ulong slot, CKM mechanism, ref CK_MECHANISM_INFO info)
    {
        using var call = calls.Begin(nameof(C_GetMechanismInfo));
        return library.C_GetMechanismInfo(slot, mechanism, ref info);
    }

    public CKR C_InitToken(ulong slot, byte[] pin, ulong pinLength, byte[] label)
    {
        using var call = calls.BeginLong(nameof(C_InitToken));
        return library.C_InitToken(slot, pin, pinLength, label);
    }

    public CKR C_InitPIN(ulong session, byte[] pin, ulong pinLength)
    {
        using var call = calls.BeginLong(nameof(C_InitPIN));
        return library.C_InitPIN(session, pin, pinLength);
    }

    public CKR C_OpenSession(ulong slot, ulong flags, ref ulong session)
    {
        using var call = calls.Begin(nameof(C_OpenSession));
        return library.C_OpenSession(slot, flags, IntPtr.Zero, IntPtr.Zero, ref session);
    }

    public CKR C_CloseSession(ulong session)
    {
        using var call = calls.Begin(nameof(C_CloseSession));
        return library.C_CloseSession(session);
    }

    public CKR C_GetSessionInfo(ulong session, ref CK_SESSION_INFO info)
    {
        using var call = calls.Begin(nameof(C_GetSessionInfo));
        return library.C_GetSessionInfo(session, ref info);
    }

    public CKR C_Login(ulong session, CKU user, byte[] pin, ulong pinLength)
    {
        using var call = calls.Begin(nameof(C_Login));
        return library.C_Login(session, user, pin, pinLength);
    }

    public CKR C_DestroyObject(ulong session, ulong handle)
    {
        using var call = calls.Begin(nameof(C_DestroyObject));
        return library.C_DestroyObject(session, handle);
    }

    public CKR C_GetAttributeValue(ulong session, ulong handle, CK_ATTRIBUTE[] template, ulong count)
    {
        using var call = calls.Begin(nameof(C_GetAttributeValue));
        return library.C_GetAttributeValue(session, handle, template, count);
    }

    public CKR C_FindObjectsInit(ulong session, CK_ATTRIBUTE[] template, ulong count)
    {
        using var call = calls.Begin(nameof(C_FindObjectsInit));
        return library.C_FindObjectsInit(session, template, count);
    }

    public CKR C_FindObjects(ulong session, ulong[] found, ulong most, ref ulong count)
    {
        using var call = calls.Begin(nameof(C_FindObjects));
        return library.C_FindObjects(session, found, most, ref count);
    }

    public CKR C_FindObjectsFinal(ulong session)
    {
        using var call = calls.Begin(nameof(C_FindObjectsFinal));
        return library.C_FindObjectsFinal(session);
    }

    public CKR C_SignInit(ulong session, ref CK_MECHANISM mechanism, ulong key)
    {
        using var call = calls.Begin(nameof(C_SignInit));
        return library.C_SignInit(session, ref mechanism, key);
    }

    public CKR C_Sign(ulong session, byte[] data, ulong dataLength, byte[] signature, ref ulong signatureLength)
    {
        using var call = calls.Begin(nameof(C_Sign));
        return library.C_Sign(session, data, dataLength, signature, ref signatureLength);
    }

    public CKR C_GenerateKey(
        ulong session, ref CK_MECHANISM mechanism, CK_ATTRIBUTE[] template, ulong count, ref ulong key)
    {
        using var call = calls.Begin(nameof(C_GenerateKey));
        return library.C_GenerateKey(session, ref mechanism, template, count, ref key);
    }

    public CKR C_GenerateKeyPair(
        ulong session, ref CK_MECHANISM mechanism, CK_ATTRIBUTE[] publicTemplate, ulong publicCount,
        CK_ATTRIBUTE[] privateTemplate, ulong privateCount, ref ulong publicKey, ref ulong privateKey)
    {
        using var call = calls.BeginLong(nameof(C_GenerateKeyPair));
        return library.C_GenerateKeyPair(
            session, ref mechanism, publicTemplate, publicCount, privateTemplate, privateCount, ref publicKey, ref privateKey);
    }

    public CKR C_WrapKey(
        ulong session, ref CK_MECHANISM mechanism, ulong wrappingKey, ulong key, byte[] wrapped, ref ulong wrappedLength)
    {
        using var call = calls.Begin(nameof(C_WrapKey));
        return library.C_WrapKey(session, ref mechanism, wrappingKey, key, wrapped, ref wrappedLength);
    }
}
