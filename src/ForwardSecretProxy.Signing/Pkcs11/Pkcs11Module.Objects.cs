using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <content>Objects and what is done with them (PKCS#11 v2.40 sections 5.7 to 5.13).</content>
internal sealed partial class Pkcs11Module
{
    /// <summary>
    /// More objects than any error message should list, and a bound against a token that never stops.
    /// </summary>
    private const int MaxFound = 1024;

    // No attribute that is read here comes near: an RSA-4096 modulus is 512 bytes.
    private const int MaxAttributeLength = 64 * 1024;

    /// <summary>The handles of all objects that match.</summary>
    public IReadOnlyList<ulong> FindObjects(ulong session, AttributeTemplate template)
    {
        const string Action = "The objects on the token cannot be searched";
        var native = template.ToNative();
        ReturnCodes.ThrowUnlessOk(_library.C_FindObjectsInit(session, native, (ulong)native.Length), Action);
        try
        {
            var found = new List<ulong>();
            var batch = new ulong[64];
            ulong count;
            do
            {
                count = 0;
                ReturnCodes.ThrowUnlessOk(
                    _library.C_FindObjects(session, batch, (ulong)batch.Length, ref count), Action);
                found.AddRange(batch.AsSpan(0, (int)count));
            }
            while (count > 0 && found.Count < MaxFound);
            return found;
        }
        finally
        {
            _ = _library.C_FindObjectsFinal(session);
        }
    }

    /// <summary>
    /// Reads one attribute. What is read may be secret (the key gate tries), so every copy but the returned one is
    /// zeroed.
    /// </summary>
    /// <returns>The token's answer; with CKR_OK the value, otherwise none.</returns>
    public CKR ReadAttribute(ulong session, ulong handle, CKA type, out byte[] value)
    {
        value = [];
        CK_ATTRIBUTE[] request = [new CK_ATTRIBUTE { type = (ulong)type }];
        var code = _library.C_GetAttributeValue(session, handle, request, 1);
        if (code != CKR.CKR_OK || request[0].valueLen == 0)
            return code;

        // All ones stands for "unavailable"; a module may say so and still answer CKR_OK.
        if (request[0].valueLen > MaxAttributeLength)
            return CKR.CKR_ATTRIBUTE_TYPE_INVALID;

        var length = (int)request[0].valueLen;
        value = new byte[length];
        var pinned = GCHandle.Alloc(value, GCHandleType.Pinned);
        try
        {
            request[0].value = pinned.AddrOfPinnedObject();
            code = _library.C_GetAttributeValue(session, handle, request, 1);
            if (code == CKR.CKR_OK && request[0].valueLen <= (ulong)length)
            {
                Array.Resize(ref value, (int)request[0].valueLen);
                return code;
            }

            CryptographicOperations.ZeroMemory(value);
            value = [];
            return code == CKR.CKR_OK ? CKR.CKR_ATTRIBUTE_TYPE_INVALID : code;
        }
        finally
        {
            pinned.Free();
        }
    }

    /// <summary>Reads a public attribute; empty when the object does not have it.</summary>
    public byte[] ReadPublicAttribute(ulong session, ulong handle, CKA type)
    {
        var code = ReadAttribute(session, handle, type, out var value);
        if (code is CKR.CKR_ATTRIBUTE_TYPE_INVALID or CKR.CKR_ATTRIBUTE_SENSITIVE)
            return [];
        ReturnCodes.ThrowUnlessOk(code, $"The attribute {type} cannot be read");
        return value;
    }

    /// <summary>Makes a key pair on the token.</summary>
    public (ulong Public, ulong Private) GenerateKeyPair(
        ulong session, CKM mechanism, AttributeTemplate publicKey, AttributeTemplate privateKey)
    {
        var native = CkmUtils.CreateMechanism(mechanism);
        var publicTemplate = publicKey.ToNative();
        var privateTemplate = privateKey.ToNative();
        ulong publicHandle = 0, privateHandle = 0;
        var code = _library.C_GenerateKeyPair(
            session, ref native, publicTemplate, (ulong)publicTemplate.Length,
            privateTemplate, (ulong)privateTemplate.Length, ref publicHandle, ref privateHandle);
        ReturnCodes.ThrowUnlessOk(code, $"The token cannot make the key pair ({mechanism})");
        return (publicHandle, privateHandle);
    }

    /// <summary>Makes a secret key on the token; the answer as it comes.</summary>
    public CKR GenerateKey(ulong session, CKM mechanism, AttributeTemplate template, out ulong handle)
    {
        var native = CkmUtils.CreateMechanism(mechanism);
        var attributes = template.ToNative();
        handle = CK.CK_INVALID_HANDLE;
        return _library.C_GenerateKey(session, ref native, attributes, (ulong)attributes.Length, ref handle);
    }

    /// <summary>Destroys an object; the answer as it comes.</summary>
    public CKR DestroyObject(ulong session, ulong handle) => _library.C_DestroyObject(session, handle);

    /// <summary>
    /// Tries to wrap one key with another; the answer as it comes. The wrapped key is not handed out.
    /// </summary>
    public CKR TryWrap(ulong session, CKM mechanism, byte[]? parameter, ulong wrappingKey, ulong key)
    {
        var native = parameter is null
            ? CkmUtils.CreateMechanism(mechanism)
            : CkmUtils.CreateMechanism(mechanism, parameter);
        var wrapped = new byte[8 * 1024];
        try
        {
            var length = (ulong)wrapped.Length;
            return _library.C_WrapKey(session, ref native, wrappingKey, key, wrapped, ref length);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(wrapped);
            UnmanagedMemory.Free(ref native.Parameter);
        }
    }

    /// <summary>C_SignInit; the answer as it comes.</summary>
    /// <param name="session">A session in which nothing else goes on.</param>
    /// <param name="key">The private key's handle.</param>
    /// <param name="mechanism">The mechanism with its parameters.</param>
    public CKR SignInit(ulong session, ulong key, in CK_MECHANISM mechanism)
    {
        var native = mechanism;
        return _library.C_SignInit(session, ref native, key);
    }

    /// <summary>C_Sign, allocating nothing; the answer as it comes.</summary>
    /// <param name="session">The session.</param>
    /// <param name="input">What the mechanism signs, in its first <paramref name="inputLength"/> bytes.</param>
    /// <param name="inputLength">The number of bytes to sign.</param>
    /// <param name="output">At least as long as the longest signature, so that no size query is needed.</param>
    /// <param name="outputLength">The number of bytes in the signature.</param>
    public CKR Sign(ulong session, byte[] input, int inputLength, byte[] output, out int outputLength)
    {
        var length = (ulong)output.Length;
        var code = _library.C_Sign(session, input, (ulong)inputLength, output, ref length);
        outputLength = code == CKR.CKR_OK ? (int)Math.Min(length, (ulong)output.Length) : 0;
        return code;
    }
}
