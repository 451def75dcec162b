using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>
/// The OpenSSL 3 provider (provider(7)) through which libssl's signatures reach an
/// <see cref="Signing.ISigner"/>. It lives in a library context of its own: the fetches of the default context never
/// see our "EC" and "RSA", so ephemeral keys are always OpenSSL's. Loaded once, for the life of the process.
/// </summary>
internal static unsafe class SigningProvider
{
    private static readonly Lazy<nint> Context = new(Load);
    private static OsslAlgorithm* _keyManagement;
    private static OsslAlgorithm* _signature;
    private static OsslDispatch* _provider;

    /// <summary>The <c>OSSL_LIB_CTX</c> in which the provider is found.</summary>
    /// <exception cref="OpenSslException">libcrypto is missing, too old, or refused the provider.</exception>
    internal static nint LibraryContext => Context.Value;

    private static nint Load()
    {
        NativeLibraries.ThrowIfNotSupported();
        _provider = CreateTable(
            (OsslFunc.ProviderTeardown, (nint)(delegate* unmanaged<nint, void>)&Teardown),
            (OsslFunc.ProviderQueryOperation, (nint)(delegate* unmanaged<nint, int, int*, OsslAlgorithm*>)&QueryOperation));
        _keyManagement = CreateAlgorithms(KeyManagement.CreateEcTable(), "EC:id-ecPublicKey\0"u8,
            KeyManagement.CreateRsaTable(), "RSA:rsaEncryption\0"u8);
        var sign = SignatureOperation.CreateTable();
        _signature = CreateAlgorithms(sign, "ECDSA\0"u8, sign, "RSA:rsaEncryption\0"u8);

        var context = OpenSslError.ThrowIfNull(LibCrypto.OSSL_LIB_CTX_new(), "OSSL_LIB_CTX_new");
        OpenSslError.ThrowIfFailed(LibCrypto.OSSL_PROVIDER_add_builtin(context, "fsp", &Initialize), "OSSL_PROVIDER_add_builtin");
        OpenSslError.ThrowIfNull(LibCrypto.OSSL_PROVIDER_load(context, "fsp"), "OSSL_PROVIDER_load");
        return context;
    }

    [UnmanagedCallersOnly]
    private static int Initialize(nint handle, OsslDispatch* core, OsslDispatch** table, nint* context)
    {
        *table = _provider;
        *context = handle;
        return 1;
    }

    /// <summary>The tables stay: they belong to the process, as the provider does.</summary>
    [UnmanagedCallersOnly]
    private static void Teardown(nint context)
    {
    }

    [UnmanagedCallersOnly]
    private static OsslAlgorithm* QueryOperation(nint context, int operation, int* noStore)
    {
        *noStore = 0;
        return operation switch
        {
            OsslFunc.OpKeymgmt => _keyManagement,
            OsslFunc.OpSignature => _signature,
            _ => null,
        };
    }

    /// <summary>Builds a table that lives as long as the process.</summary>
    internal static OsslDispatch* CreateTable(params ReadOnlySpan<(int Id, nint Function)> functions)
    {
        var table = (OsslDispatch*)NativeMemory.AllocZeroed((nuint)functions.Length + 1, (nuint)sizeof(OsslDispatch));
        for (var i = 0; i < functions.Length; i++)
            table[i] = new OsslDispatch { FunctionId = functions[i].Id, Function = functions[i].Function };
        return table;
    }

    private static OsslAlgorithm* CreateAlgorithms(
        OsslDispatch* first, ReadOnlySpan<byte> firstNames, OsslDispatch* second, ReadOnlySpan<byte> secondNames)
    {
        var algorithms = (OsslAlgorithm*)NativeMemory.AllocZeroed(3, (nuint)sizeof(OsslAlgorithm));
        algorithms[0] = CreateAlgorithm(first, firstNames);
        algorithms[1] = CreateAlgorithm(second, secondNames);
        return algorithms;
    }

    /// <param name="implementation">Its functions.</param>
    /// <param name="names">A literal: it has a fixed address and ends with a zero byte.</param>
    private static OsslAlgorithm CreateAlgorithm(OsslDispatch* implementation, ReadOnlySpan<byte> names) => new()
    {
        Names = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(names)),
        Properties = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference("provider=fsp\0"u8)),
        Implementation = implementation,
    };
}
