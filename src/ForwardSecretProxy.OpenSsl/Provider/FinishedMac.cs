using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>The MAC "HMAC" (provider-mac(7)), with which TLS 1.3 computes its Finished messages.</summary>
internal static unsafe class FinishedMac
{
    private static readonly OsslParam* Settable = OsslParam.CreateList("digest\0"u8, OsslParam.Utf8String);
    private static readonly OsslParam* Gettable = OsslParam.CreateList("size\0"u8, OsslParam.UnsignedInteger);

    [UnmanagedCallersOnly]
    private static Context* NewContext(nint provider) => (Context*)NativeMemory.AllocZeroed((nuint)sizeof(Context));

    [UnmanagedCallersOnly]
    private static void FreeContext(Context* context)
    {
        if (context == null) return;
        CryptographicOperations.ZeroMemory(new Span<byte>(context, sizeof(Context)));
        NativeMemory.Free(context);
    }

    [UnmanagedCallersOnly]
    private static Context* DuplicateContext(Context* context)
    {
        var copy = (Context*)NativeMemory.Alloc((nuint)sizeof(Context));
        *copy = *context;
        return copy;
    }

    [UnmanagedCallersOnly]
    private static int Begin(Context* context, byte* key, nuint length, OsslParam* parameters)
    {
        if (!Apply(context, parameters) || !context->HasHash || key == null || length > int.MaxValue) return 0;
        context->Mac = new Hmac(context->Hash, new ReadOnlySpan<byte>(key, (int)length));
        context->HasKey = true;
        return 1;
    }

    [UnmanagedCallersOnly]
    private static int Update(Context* context, byte* data, nuint length)
    {
        if (!context->HasKey || length > int.MaxValue) return 0;
        context->Mac.Update(new ReadOnlySpan<byte>(data, (int)length));
        return 1;
    }

    [UnmanagedCallersOnly]
    private static int Final(Context* context, byte* output, nuint* written, nuint capacity)
    {
        var length = Hmac.Length(context->Hash);
        if (!context->HasKey || capacity < (nuint)length) return 0;
        context->Mac.Finish(new Span<byte>(output, length));
        context->HasKey = false;
        *written = (nuint)length;
        return 1;
    }

    [UnmanagedCallersOnly]
    private static int GetContextParams(Context* context, OsslParam* parameters)
    {
        for (var parameter = parameters; parameter != null && parameter->Key != null; parameter++)
        {
            if (!parameter->KeyBytes.SequenceEqual("size"u8)) continue;
            if (!context->HasHash || parameter->DataSize != (nuint)sizeof(nuint)) return 0;
            *(nuint*)parameter->Data = (nuint)Hmac.Length(context->Hash);
            parameter->ReturnSize = (nuint)sizeof(nuint);
        }

        return 1;
    }

    [UnmanagedCallersOnly]
    private static int SetContextParams(Context* context, OsslParam* parameters) => Apply(context, parameters) ? 1 : 0;

    [UnmanagedCallersOnly]
    private static OsslParam* SettableContextParams(Context* context, nint provider) => Settable;

    [UnmanagedCallersOnly]
    private static OsslParam* GettableContextParams(Context* context, nint provider) => Gettable;

    private static bool Apply(Context* context, OsslParam* parameters)
    {
        for (var parameter = parameters; parameter != null && parameter->Key != null; parameter++)
        {
            if (!parameter->KeyBytes.SequenceEqual("digest"u8)) continue;
            if (KeyDerivation.HashOf(parameter->Bytes) is not { } hash) return false;
            context->Hash = hash;
            context->HasHash = true;
        }

        return true;
    }

    internal static OsslDispatch* CreateTable() => SigningProvider.CreateTable(
        (OsslFunc.MacNewCtx, (nint)(delegate* unmanaged<nint, Context*>)&NewContext),
        (OsslFunc.MacDupCtx, (nint)(delegate* unmanaged<Context*, Context*>)&DuplicateContext),
        (OsslFunc.MacFreeCtx, (nint)(delegate* unmanaged<Context*, void>)&FreeContext),
        (OsslFunc.MacInit, (nint)(delegate* unmanaged<Context*, byte*, nuint, OsslParam*, int>)&Begin),
        (OsslFunc.MacUpdate, (nint)(delegate* unmanaged<Context*, byte*, nuint, int>)&Update),
        (OsslFunc.MacFinal, (nint)(delegate* unmanaged<Context*, byte*, nuint*, nuint, int>)&Final),
        (OsslFunc.MacGetCtxParams, (nint)(delegate* unmanaged<Context*, OsslParam*, int>)&GetContextParams),
        (OsslFunc.MacSetCtxParams, (nint)(delegate* unmanaged<Context*, OsslParam*, int>)&SetContextParams),
        (OsslFunc.MacGettableCtxParams, (nint)(delegate* unmanaged<Context*, nint, OsslParam*>)&GettableContextParams),
        (OsslFunc.MacSettableCtxParams, (nint)(delegate* unmanaged<Context*, nint, OsslParam*>)&SettableContextParams));

    /// <summary>One MAC in the making.</summary>
    private struct Context
    {
        internal Hmac Mac;
        internal TlsHash Hash;
        internal bool HasHash;
        internal bool HasKey;
    }
}
