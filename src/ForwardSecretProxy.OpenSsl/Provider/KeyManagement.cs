using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>
/// The KEYMGMT of "EC" and "RSA" (provider-keymgmt(7)). A key holds a number; the private half cannot be exported,
/// because there is none here, and everything public is asked of OpenSSL's own key.
/// </summary>
internal static unsafe class KeyManagement
{
    private static readonly OsslParam* ImportTypes =
        OsslParam.CreateList(IdParameter, OsslParam.UnsignedInteger, sizeof(ulong));

    /// <summary>The parameter that carries a key's number into <c>EVP_PKEY_fromdata</c>.</summary>
    internal static ReadOnlySpan<byte> IdParameter => "fsp-key-id\0"u8;

    [UnmanagedCallersOnly]
    private static nint New(nint provider) => (nint)NativeMemory.AllocZeroed(sizeof(ulong));

    [UnmanagedCallersOnly]
    private static void Free(nint key) => NativeMemory.Free((void*)key);

    [UnmanagedCallersOnly]
    private static int Import(nint key, int selection, OsslParam* parameters)
    {
        for (var parameter = parameters; parameter->Key != null; parameter++)
        {
            if (!parameter->KeyBytes.SequenceEqual(IdParameter[..^1])) continue;
            if (parameter->DataType != OsslParam.UnsignedInteger || parameter->DataSize != sizeof(ulong)) return 0;
            *(ulong*)key = *(ulong*)parameter->Data;
            return Find(key) is null ? 0 : 1;
        }

        return 0;
    }

    [UnmanagedCallersOnly]
    private static OsslParam* GetImportTypes(int selection) => ImportTypes;

    [UnmanagedCallersOnly]
    private static OsslParam* GetExportTypes(int selection) => null;

    /// <summary>Anything with a private half in it fails: there is nothing to give.</summary>
    [UnmanagedCallersOnly]
    private static int Export(
        nint key, int selection, delegate* unmanaged<OsslParam*, nint, int> callback, nint argument) =>
        (selection & OsslKeymgmtSelect.PrivateKey) == 0 && Find(key) is { } found
            ? LibCrypto.EVP_PKEY_export(found.PublicKey, selection, callback, argument)
            : 0;

    [UnmanagedCallersOnly]
    private static int Has(nint key, int selection) => Find(key) is null ? 0 : 1;

    [UnmanagedCallersOnly]
    private static int Match(nint key, nint other, int selection) =>
        Find(key) is { } a && Find(other) is { } b
        && a.Signer.SubjectPublicKeyInfo.Span.SequenceEqual(b.Signer.SubjectPublicKeyInfo.Span) ? 1 : 0;

    [UnmanagedCallersOnly]
    private static int GetParams(nint key, OsslParam* parameters) =>
        Find(key) is { } found ? LibCrypto.EVP_PKEY_get_params(found.PublicKey, parameters) : 0;

    /// <summary>Nothing is announced; what libssl asks (size, bits, group) is answered all the same.</summary>
    [UnmanagedCallersOnly]
    private static OsslParam* GettableParams(nint provider) => ImportTypes + 1;

    [UnmanagedCallersOnly]
    private static byte* EcOperationName(int operation) =>
        (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference("ECDSA\0"u8));

    [UnmanagedCallersOnly]
    private static byte* RsaOperationName(int operation) =>
        (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference("RSA\0"u8));

    /// <summary>The key behind a native pointer that <see cref="New"/> made, or null when it was withdrawn.</summary>
    internal static ProviderKey? Find(nint key) => key == 0 ? null : ProviderKey.Find(*(ulong*)key);

    internal static OsslDispatch* CreateEcTable() => CreateTable((nint)(delegate* unmanaged<int, byte*>)&EcOperationName);

    internal static OsslDispatch* CreateRsaTable() => CreateTable((nint)(delegate* unmanaged<int, byte*>)&RsaOperationName);

    private static OsslDispatch* CreateTable(nint queryOperationName) => SigningProvider.CreateTable(
        (OsslFunc.KeymgmtNew, (nint)(delegate* unmanaged<nint, nint>)&New),
        (OsslFunc.KeymgmtFree, (nint)(delegate* unmanaged<nint, void>)&Free),
        (OsslFunc.KeymgmtGetParams, (nint)(delegate* unmanaged<nint, OsslParam*, int>)&GetParams),
        (OsslFunc.KeymgmtGettableParams, (nint)(delegate* unmanaged<nint, OsslParam*>)&GettableParams),
        (OsslFunc.KeymgmtQueryOperationName, queryOperationName),
        (OsslFunc.KeymgmtHas, (nint)(delegate* unmanaged<nint, int, int>)&Has),
        (OsslFunc.KeymgmtMatch, (nint)(delegate* unmanaged<nint, nint, int, int>)&Match),
        (OsslFunc.KeymgmtImport, (nint)(delegate* unmanaged<nint, int, OsslParam*, int>)&Import),
        (OsslFunc.KeymgmtImportTypes, (nint)(delegate* unmanaged<int, OsslParam*>)&GetImportTypes),
        (OsslFunc.KeymgmtExport,
            (nint)(delegate* unmanaged<nint, int, delegate* unmanaged<OsslParam*, nint, int>, nint, int>)&Export),
        (OsslFunc.KeymgmtExportTypes, (nint)(delegate* unmanaged<int, OsslParam*>)&GetExportTypes));
}
