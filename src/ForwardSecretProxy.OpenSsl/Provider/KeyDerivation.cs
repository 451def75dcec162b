using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>
/// The KDFs "TLS13-KDF" and "TLS1-PRF" (provider-kdf(7)) as libssl uses them: everything comes with the derivation
/// itself, so there is no context, and settings in advance are refused.
/// </summary>
internal static unsafe class KeyDerivation
{
    private const int ExtractOnly = 1;
    private const int ExpandOnly = 2;

    /// <summary>Longer than any label with two randoms; a longer seed is refused.</summary>
    private const int MaxSeed = 1024;

    private static readonly OsslParam* None = (OsslParam*)NativeMemory.AllocZeroed((nuint)sizeof(OsslParam));

    /// <summary>Something that is not null: libcrypto takes null for a failure.</summary>
    [UnmanagedCallersOnly]
    private static nint NewContext(nint provider) => (nint)None;

    [UnmanagedCallersOnly]
    private static void FreeContext(nint context)
    {
    }

    [UnmanagedCallersOnly]
    private static int SetContextParams(nint context, OsslParam* parameters) =>
        parameters == null || parameters->Key == null ? 1 : 0;

    [UnmanagedCallersOnly]
    private static OsslParam* SettableContextParams(nint context, nint provider) => None;

    [UnmanagedCallersOnly]
    private static int DeriveTls13(nint context, byte* output, nuint length, OsslParam* parameters)
    {
        if (length > int.MaxValue) return 0;
        ReadOnlySpan<byte> key = default, salt = default, prefix = default, label = default, data = default;
        TlsHash? hash = null;
        var mode = -1;
        for (var parameter = parameters; parameter != null && parameter->Key != null; parameter++)
        {
            switch (parameter->KeyBytes)
            {
                case var name when name.SequenceEqual("key"u8): key = parameter->Bytes; break;
                case var name when name.SequenceEqual("data"u8): data = parameter->Bytes; break;
                case var name when name.SequenceEqual("label"u8): label = parameter->Bytes; break;
                case var name when name.SequenceEqual("prefix"u8): prefix = parameter->Bytes; break;
                case var name when name.SequenceEqual("salt"u8): salt = parameter->Bytes; break;
                case var name when name.SequenceEqual("digest"u8): hash = HashOf(parameter->Bytes); break;
                case var name when name.SequenceEqual("mode"u8): mode = parameter->Number; break;
            }
        }

        var destination = new Span<byte>(output, (int)length);
        return hash is { } known && mode switch
        {
            ExpandOnly => !key.IsEmpty && KeySchedule.TryExpandLabel(known, key, prefix, label, data, destination),
            ExtractOnly => KeySchedule.TryExtract(known, salt, prefix, label, key, destination),
            _ => false,
        } ? 1 : 0;
    }

    [UnmanagedCallersOnly]
    private static int DeriveTls12(nint context, byte* output, nuint length, OsslParam* parameters)
    {
        if (length > int.MaxValue) return 0;
        ReadOnlySpan<byte> secret = default;
        Span<byte> seed = stackalloc byte[MaxSeed];
        var seedLength = 0;
        TlsHash? hash = null;
        for (var parameter = parameters; parameter != null && parameter->Key != null; parameter++)
        {
            if (parameter->KeyBytes.SequenceEqual("secret"u8))
                secret = parameter->Bytes;
            else if (parameter->KeyBytes.SequenceEqual("digest"u8))
                hash = HashOf(parameter->Bytes);
            else if (parameter->KeyBytes.SequenceEqual("seed"u8))
            {
                // They come in pieces, to be put together.
                if (!parameter->Bytes.TryCopyTo(seed[seedLength..])) return 0;
                seedLength += parameter->Bytes.Length;
            }
        }

        if (hash is not { } known || secret.IsEmpty || seedLength == 0) return 0;
        KeySchedule.Prf(known, secret, seed[..seedLength], new Span<byte>(output, (int)length));
        CryptographicOperations.ZeroMemory(seed);
        return 1;
    }

    /// <summary>Null for a hash that no suite on offer uses.</summary>
    internal static TlsHash? HashOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("SHA2-256"u8) || name.SequenceEqual("SHA256"u8) || name.SequenceEqual("SHA-256"u8) ? TlsHash.Sha256
        : name.SequenceEqual("SHA2-384"u8) || name.SequenceEqual("SHA384"u8) || name.SequenceEqual("SHA-384"u8) ? TlsHash.Sha384
        : null;

    internal static OsslDispatch* CreateTls13Table() =>
        CreateTable((nint)(delegate* unmanaged<nint, byte*, nuint, OsslParam*, int>)&DeriveTls13);

    internal static OsslDispatch* CreateTls12Table() =>
        CreateTable((nint)(delegate* unmanaged<nint, byte*, nuint, OsslParam*, int>)&DeriveTls12);

    private static OsslDispatch* CreateTable(nint derive) => SigningProvider.CreateTable(
        (OsslFunc.KdfNewCtx, (nint)(delegate* unmanaged<nint, nint>)&NewContext),
        (OsslFunc.KdfFreeCtx, (nint)(delegate* unmanaged<nint, void>)&FreeContext),
        (OsslFunc.KdfDerive, derive),
        (OsslFunc.KdfSetCtxParams, (nint)(delegate* unmanaged<nint, OsslParam*, int>)&SetContextParams),
        (OsslFunc.KdfSettableCtxParams, (nint)(delegate* unmanaged<nint, nint, OsslParam*>)&SettableContextParams));
}
