using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Interop;

/// <summary><c>OSSL_DISPATCH</c>: one function of a provider. A table ends with an all-zero element.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OsslDispatch
{
    internal int FunctionId;
    internal nint Function;
}

/// <summary><c>OSSL_ALGORITHM</c>: names, properties and table of one algorithm.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OsslAlgorithm
{
    internal byte* Names;
    internal byte* Properties;
    internal OsslDispatch* Implementation;
    internal byte* Description;
}

/// <summary><c>OSSL_PARAM</c>: a named value. An array ends with a null key.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OsslParam
{
    internal const uint Integer = 1;
    internal const uint UnsignedInteger = 2;
    internal const uint Utf8String = 4;

    internal byte* Key;
    internal uint DataType;
    internal void* Data;
    internal nuint DataSize;
    internal nuint ReturnSize;

    /// <summary>A list of one parameter that lives as long as the process.</summary>
    /// <param name="name">A literal: it has a fixed address and ends with a zero byte.</param>
    /// <param name="type">Its data type.</param>
    /// <param name="size">Its size; 0 for any.</param>
    internal static OsslParam* CreateList(ReadOnlySpan<byte> name, uint type, nuint size = 0)
    {
        var list = (OsslParam*)NativeMemory.AllocZeroed(2, (nuint)sizeof(OsslParam));
        list[0].Key = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name));
        list[0].DataType = type;
        list[0].DataSize = size;
        return list;
    }

    internal readonly ReadOnlySpan<byte> KeyBytes => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(Key);

    /// <summary>The value of a string.</summary>
    internal readonly ReadOnlySpan<byte> Bytes => new(Data, checked((int)DataSize));

    /// <summary>The value of an <c>int</c>; -1 for anything else.</summary>
    internal readonly int Number => DataType == Integer && DataSize == sizeof(int) ? *(int*)Data : -1;
}

/// <summary><c>OSSL_KEYMGMT_SELECT_*</c>: which parts of a key an operation is about.</summary>
internal static class OsslKeymgmtSelect
{
    internal const int PrivateKey = 0x01;
    internal const int PublicKey = 0x02;
    internal const int AllParameters = 0x84;
}

/// <summary><c>OSSL_FUNC_*</c> and <c>OSSL_OP_*</c> of core_dispatch.h.</summary>
internal static class OsslFunc
{
    internal const int OpMac = 3;
    internal const int OpKdf = 4;
    internal const int OpKeymgmt = 10;
    internal const int OpSignature = 12;
    internal const int OpAsymCipher = 13;
    internal const int OpKem = 14;
    internal const int OpEncoder = 20;
    internal const int OpDecoder = 21;
    internal const int OpHighest = 22;

    internal const int ProviderTeardown = 1024;
    internal const int ProviderQueryOperation = 1027;
    internal const int ProviderGetCapabilities = 1030;

    internal const int MacNewCtx = 1;
    internal const int MacDupCtx = 2;
    internal const int MacFreeCtx = 3;
    internal const int MacInit = 4;
    internal const int MacUpdate = 5;
    internal const int MacFinal = 6;
    internal const int MacGetCtxParams = 8;
    internal const int MacSetCtxParams = 9;
    internal const int MacGettableCtxParams = 11;
    internal const int MacSettableCtxParams = 12;

    internal const int KdfNewCtx = 1;
    internal const int KdfFreeCtx = 3;
    internal const int KdfDerive = 5;
    internal const int KdfSettableCtxParams = 8;
    internal const int KdfSetCtxParams = 11;

    internal const int KeymgmtNew = 1;
    internal const int KeymgmtFree = 10;
    internal const int KeymgmtGetParams = 11;
    internal const int KeymgmtGettableParams = 12;
    internal const int KeymgmtQueryOperationName = 20;
    internal const int KeymgmtHas = 21;
    internal const int KeymgmtMatch = 23;
    internal const int KeymgmtImport = 40;
    internal const int KeymgmtImportTypes = 41;
    internal const int KeymgmtExport = 42;
    internal const int KeymgmtExportTypes = 43;

    internal const int SignatureNewCtx = 1;
    internal const int SignatureVerifyInit = 4;
    internal const int SignatureVerify = 5;
    internal const int SignatureDigestSignInit = 8;
    internal const int SignatureDigestSign = 11;
    internal const int SignatureDigestVerifyInit = 12;
    internal const int SignatureDigestVerifyUpdate = 13;
    internal const int SignatureDigestVerifyFinal = 14;
    internal const int SignatureDigestVerify = 15;
    internal const int SignatureFreeCtx = 16;
    internal const int SignatureDupCtx = 17;
    internal const int SignatureGetCtxParams = 18;
    internal const int SignatureGettableCtxParams = 19;
    internal const int SignatureSetCtxParams = 20;
    internal const int SignatureSettableCtxParams = 21;
    internal const int SignatureGetCtxMdParams = 22;
    internal const int SignatureGettableCtxMdParams = 23;
    internal const int SignatureSetCtxMdParams = 24;
    internal const int SignatureSettableCtxMdParams = 25;
}

/// <summary>Room for an <c>SHA256_CTX</c> (112 bytes) or an <c>SHA512_CTX</c> (216 bytes).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct HashState
{
    private fixed ulong _words[27];
}
