using System.Text;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A token through the bare PKCS#11 interface, for what the proxy would never do: keys that can be carried away, and
/// sessions ended behind its back. It shares the module, and so the login, with the rest of the process.
/// </summary>
internal sealed class RawToken : IDisposable
{
    private readonly Pkcs11Library _library = new(SoftHsmToken.Module);
    private readonly ulong _slot;
    private readonly ulong _session;

    public RawToken(SoftHsmToken token)
    {
        var initialized = _library.C_Initialize(new CK_C_INITIALIZE_ARGS { Flags = CKF.CKF_OS_LOCKING_OK });
        Assert.Contains(initialized, (CKR[])[CKR.CKR_OK, CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED]);
        _slot = Token.List(SoftHsmToken.Module).Single(info => info.Label == token.Label).Slot;
        Ok(_library.C_OpenSession(
            _slot, CKF.CKF_SERIAL_SESSION | CKF.CKF_RW_SESSION, IntPtr.Zero, IntPtr.Zero, ref _session));
        var pin = Encoding.UTF8.GetBytes(token.Pin);
        var login = _library.C_Login(_session, CKU.CKU_USER, pin, (ulong)pin.Length);
        Assert.Contains(login, (CKR[])[CKR.CKR_OK, CKR.CKR_USER_ALREADY_LOGGED_IN]);
    }

    /// <summary>Makes a key pair like the proxy's own but for <paramref name="flaws"/> of the private half.</summary>
    public ulong Generate(KeyKind kind, string label, params (CKA Type, bool Value)[] flaws)
    {
        using var publicKey = KeyTemplates.Public(kind, label, Id(label));
        using var privateKey = Flawed(label, flaws);
        var mechanism = CkmUtils.CreateMechanism(KeyTemplates.Mechanism(kind));
        var publicTemplate = publicKey.ToNative();
        var privateTemplate = privateKey.ToNative();
        ulong publicHandle = 0, privateHandle = 0;
        Ok(_library.C_GenerateKeyPair(
            _session, ref mechanism, publicTemplate, (ulong)publicTemplate.Length,
            privateTemplate, (ulong)privateTemplate.Length, ref publicHandle, ref privateHandle));
        return privateHandle;
    }

    /// <summary>Puts an object on the token; the answer as it comes.</summary>
    public CKR Create(AttributeTemplate template)
    {
        var native = template.ToNative();
        ulong handle = 0;
        return _library.C_CreateObject(_session, native, (ulong)native.Length, ref handle);
    }

    /// <summary>Changes an attribute; the answer as it comes.</summary>
    public CKR Set(ulong key, CKA type, bool value)
    {
        using var template = new AttributeTemplate().Add(type, value);
        return _library.C_SetAttributeValue(_session, key, template.ToNative(), 1);
    }

    /// <summary>Gives an object another label; the answer as it comes.</summary>
    public CKR Rename(ulong handle, string label)
    {
        using var template = new AttributeTemplate().Add(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label));
        return _library.C_SetAttributeValue(_session, handle, template.ToNative(), 1);
    }

    /// <summary>Copies an object with another value of an attribute; the answer as it comes.</summary>
    public CKR Copy(ulong key, CKA type, bool value)
    {
        using var template = new AttributeTemplate().Add(type, value);
        ulong copy = 0;
        return _library.C_CopyObject(_session, key, template.ToNative(), 1, ref copy);
    }

    /// <summary>The only object of a class with a label.</summary>
    public ulong Find(CKO kind, string label)
    {
        using var template = new AttributeTemplate()
            .Add(CKA.CKA_CLASS, (ulong)kind).Add(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label));
        Ok(_library.C_FindObjectsInit(_session, template.ToNative(), 2));
        var found = new ulong[2];
        ulong count = 0;
        Ok(_library.C_FindObjects(_session, found, 2, ref count));
        Ok(_library.C_FindObjectsFinal(_session));
        Assert.Equal(1UL, count);
        return found[0];
    }

    /// <summary>Removes an object.</summary>
    public void Destroy(ulong handle) => Ok(_library.C_DestroyObject(_session, handle));

    /// <summary>Logs everybody in this process out.</summary>
    public void Logout() => Ok(_library.C_Logout(_session));

    /// <summary>Ends every session that this process has with the token, this one too.</summary>
    public void CloseAllSessions() => Ok(_library.C_CloseAllSessions(_slot));

    public void Dispose()
    {
        _ = _library.C_CloseSession(_session);
        _library.Dispose();
    }

    private static byte[] Id(string label) => Encoding.UTF8.GetBytes(label);

    private static AttributeTemplate Flawed(string label, (CKA Type, bool Value)[] flaws)
    {
        var template = new AttributeTemplate()
            .Add(CKA.CKA_CLASS, (ulong)CKO.CKO_PRIVATE_KEY)
            .Add(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label))
            .Add(CKA.CKA_ID, Id(label));
        var usual = new Dictionary<CKA, bool>
        {
            [CKA.CKA_TOKEN] = true,
            [CKA.CKA_PRIVATE] = true,
            [CKA.CKA_SENSITIVE] = true,
            [CKA.CKA_EXTRACTABLE] = false,
            [CKA.CKA_SIGN] = true,
            [CKA.CKA_SIGN_RECOVER] = false,
            [CKA.CKA_DECRYPT] = false,
            [CKA.CKA_UNWRAP] = false,
            [CKA.CKA_DERIVE] = false,
        };
        foreach (var (type, value) in flaws)
            usual[type] = value;
        foreach (var (type, value) in usual)
            template.Add(type, value);
        return template;
    }

    private static void Ok(CKR code) => Assert.Equal(CKR.CKR_OK, code);
}
