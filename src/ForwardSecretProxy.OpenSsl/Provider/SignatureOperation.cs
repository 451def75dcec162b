using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>
/// The SIGNATURE of "ECDSA" and "RSA" (provider-signature(7)): one-shot digest_sign and nothing else. libssl hands it
/// the whole block, so it can look at what it signs.
/// </summary>
internal static unsafe class SignatureOperation
{
    private static readonly OsslParam* Settable = CreateSettable();
    private static long _refused;

    /// <summary>How many times something was asked for that is not signed.</summary>
    internal static long RefusedCount => Interlocked.Read(ref _refused);

    [UnmanagedCallersOnly]
    private static Context* NewContext(nint provider, byte* propertyQuery) =>
        (Context*)NativeMemory.AllocZeroed((nuint)sizeof(Context));

    [UnmanagedCallersOnly]
    private static void FreeContext(Context* context) => NativeMemory.Free(context);

    [UnmanagedCallersOnly]
    private static int DigestSignInit(Context* context, byte* digest, nint key, OsslParam* parameters)
    {
        if (key == 0 || digest == null) return 0;
        context->Key = *(ulong*)key;
        context->DigestLength = DigestLength(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(digest));
        context->Pss = false;
        return context->DigestLength != 0 && Apply(context, parameters) ? 1 : 0;
    }

    [UnmanagedCallersOnly]
    private static int SetContextParams(Context* context, OsslParam* parameters) => Apply(context, parameters) ? 1 : 0;

    [UnmanagedCallersOnly]
    private static OsslParam* SettableContextParams(Context* context, nint provider) => Settable;

    [UnmanagedCallersOnly]
    private static int DigestSign(
        Context* context, byte* signature, nuint* length, nuint capacity, byte* message, nuint messageLength)
    {
        try
        {
            var key = ProviderKey.Find(context->Key);
            if (key is null) return 0;
            if (signature == null)
            {
                // The first of libssl's two calls only asks how long the signature can be.
                *length = (nuint)key.Signer.MaxSignatureLength;
                return 1;
            }

            if (messageLength > int.MaxValue || capacity > int.MaxValue) return 0;
            var written = Sign(
                key, *context, new ReadOnlySpan<byte>(message, (int)messageLength), new Span<byte>(signature, (int)capacity));
            *length = (nuint)written;
            return written > 0 ? 1 : 0;
        }
        catch (Exception exception)
        {
            // Nothing may unwind into native frames; the handshake reports it.
            if (SigningScope.Current is { } scope)
                scope.Failure = exception as SigningException ?? new SigningException("The signature failed.", exception);
            return 0;
        }
    }

    private static int Sign(ProviderKey key, Context context, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        var shape = SignedContent.Classify(message);
        var scheme = Scheme(key.IsEllipticCurve, context, shape);
        var scope = SigningScope.Current;
        var lease = scope?.Find(key.Signer.Pool);
        if (scheme is null || lease is null || !key.Signer.Schemes.Contains(scheme.Value))
        {
            Interlocked.Increment(ref _refused);
            return 0;
        }

        var started = Stopwatch.GetTimestamp();
        var written = key.Signer.Sign(lease, scheme.Value, message, signature);
        key.Speed.Add(started);
        scope!.Signed = scheme;
        return written;
    }

    /// <summary>The TLS scheme of key type, digest and padding; null when TLS has none for that shape.</summary>
    private static SignatureScheme? Scheme(bool ellipticCurve, Context context, SignedShape shape) =>
        (shape, ellipticCurve, context.Pss, context.DigestLength) switch
        {
            (SignedShape.Unknown, _, _, _) => null,
            (_, true, _, 32) => SignatureScheme.EcdsaSecp256r1Sha256,
            (_, true, _, 48) => SignatureScheme.EcdsaSecp384r1Sha384,
            (_, false, true, 32) => SignatureScheme.RsaPssRsaeSha256,
            (_, false, true, 48) => SignatureScheme.RsaPssRsaeSha384,
            (_, false, true, 64) => SignatureScheme.RsaPssRsaeSha512,
            (SignedShape.Tls12ServerKeyExchange, false, false, 32) => SignatureScheme.RsaPkcs1Sha256,
            (SignedShape.Tls12ServerKeyExchange, false, false, 48) => SignatureScheme.RsaPkcs1Sha384,
            (SignedShape.Tls12ServerKeyExchange, false, false, 64) => SignatureScheme.RsaPkcs1Sha512,
            _ => null,
        };

    /// <summary>
    /// Takes the padding mode and insists on a salt as long as the digest; any other wish is refused. libcrypto passes
    /// either as a number (rsa.h) or as a word (core_names.h).
    /// </summary>
    private static bool Apply(Context* context, OsslParam* parameters)
    {
        const int pkcs1Padding = 1;
        const int pssPadding = 6;
        const int saltAsLongAsDigest = -1;
        for (var parameter = parameters; parameter != null && parameter->Key != null; parameter++)
        {
            var key = parameter->KeyBytes;
            if (key.SequenceEqual("pad-mode"u8))
            {
                context->Pss = Is(parameter, pssPadding, "pss"u8);
                if (!context->Pss && !Is(parameter, pkcs1Padding, "pkcs1"u8)) return false;
            }
            else if (key.SequenceEqual("saltlen"u8) && !Is(parameter, saltAsLongAsDigest, "digest"u8))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Is(OsslParam* parameter, int number, ReadOnlySpan<byte> word) => parameter->DataType switch
    {
        OsslParam.Integer => parameter->DataSize == sizeof(int) && *(int*)parameter->Data == number,
        OsslParam.Utf8String => parameter->DataSize < 64
            && new ReadOnlySpan<byte>(parameter->Data, (int)parameter->DataSize).TrimEnd((byte)0).SequenceEqual(word),
        _ => false,
    };

    private static int DigestLength(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("SHA256"u8) || name.SequenceEqual("SHA2-256"u8)) return 32;
        if (name.SequenceEqual("SHA384"u8) || name.SequenceEqual("SHA2-384"u8)) return 48;
        return name.SequenceEqual("SHA512"u8) || name.SequenceEqual("SHA2-512"u8) ? 64 : 0;
    }

    private static OsslParam* CreateSettable()
    {
        var parameters = (OsslParam*)NativeMemory.AllocZeroed(3, (nuint)sizeof(OsslParam));
        parameters[0].Key = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference("pad-mode\0"u8));
        parameters[0].DataType = OsslParam.Utf8String;
        parameters[1].Key = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference("saltlen\0"u8));
        parameters[1].DataType = OsslParam.Utf8String;
        return parameters;
    }

    internal static OsslDispatch* CreateTable() => SigningProvider.CreateTable(
        (OsslFunc.SignatureNewCtx, (nint)(delegate* unmanaged<nint, byte*, Context*>)&NewContext),
        (OsslFunc.SignatureFreeCtx, (nint)(delegate* unmanaged<Context*, void>)&FreeContext),
        (OsslFunc.SignatureDigestSignInit,
            (nint)(delegate* unmanaged<Context*, byte*, nint, OsslParam*, int>)&DigestSignInit),
        (OsslFunc.SignatureDigestSign,
            (nint)(delegate* unmanaged<Context*, byte*, nuint*, nuint, byte*, nuint, int>)&DigestSign),
        (OsslFunc.SignatureSetCtxParams, (nint)(delegate* unmanaged<Context*, OsslParam*, int>)&SetContextParams),
        (OsslFunc.SignatureSettableCtxParams,
            (nint)(delegate* unmanaged<Context*, nint, OsslParam*>)&SettableContextParams));

    /// <summary>One signature in the making; native memory, so that a handshake allocates no object for it.</summary>
    private struct Context
    {
        internal ulong Key;
        internal int DigestLength;
        internal bool Pss;
    }
}
