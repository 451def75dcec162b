using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>
/// The OpenSSL 3 provider (provider(7)) from which libssl gets its algorithms: OpenSSL's own implementations of what the
/// policy can offer, and nothing else, in a library context of its own. Static RSA, finite-field Diffie-Hellman, CBC or
/// MD5 are not switched off there: they do not exist. Nor does anything of the system's openssl.cnf. The key derivation
/// is ours (<see cref="KeySchedule"/>). The fewer names a context has, the faster OpenSSL finds one: 3.0 walks through
/// all of them for every ephemeral key. So servers that ask for client certificates, which take a few more, have a
/// context of their own. Loaded once, for the life of the process.
/// </summary>
internal static unsafe class PolicyProvider
{
    private static readonly Lazy<nint> Default = new(LoadDefault);
    private static readonly Lazy<nint> Context = new(LoadPolicy);
    private static readonly Lazy<nint> VerifyingContext = new(LoadVerifyingPolicy);
    private static AlgorithmSelection _policy = null!;
    private static AlgorithmSelection _verifyingPolicy = null!;
    private static OsslDispatch* _functions;
    private static OsslDispatch* _verifyingFunctions;

    /// <summary>The <c>OSSL_LIB_CTX</c> of every <c>SSL_CTX</c> that asks for no client certificates.</summary>
    /// <exception cref="OpenSslException">libcrypto is missing, too old, or refused the provider.</exception>
    internal static nint LibraryContext => Context.Value;

    /// <summary>The <c>OSSL_LIB_CTX</c> of those that do.</summary>
    /// <exception cref="OpenSslException">libcrypto is missing, too old, or refused the provider.</exception>
    internal static nint VerifyingLibraryContext => VerifyingContext.Value;

    /// <summary>
    /// What the implementations themselves need (a hash for a signature, a cipher for the random generator) they find
    /// where they come from: in a context with all of OpenSSL.
    /// </summary>
    private static nint LoadDefault()
    {
        NativeLibraries.ThrowIfNotSupported();
        var whole = OpenSslError.ThrowIfNull(LibCrypto.OSSL_LIB_CTX_new(), "OSSL_LIB_CTX_new");
        return OpenSslError.ThrowIfNull(LibCrypto.OSSL_PROVIDER_load(whole, "default"), "Loading OpenSSL's default provider");
    }

    private static nint LoadPolicy()
    {
        _policy = AlgorithmSelection.ForServer(Default.Value);
        _functions = CreateFunctions(&QueryOperation);
        return Load("fsp-policy", &Initialize);
    }

    private static nint LoadVerifyingPolicy()
    {
        _verifyingPolicy = AlgorithmSelection.ForVerifyingServer(Default.Value);
        _verifyingFunctions = CreateFunctions(&QueryVerifyingOperation);
        return Load("fsp-verifying-policy", &InitializeVerifying);
    }

    private static OsslDispatch* CreateFunctions(delegate* unmanaged<nint, int, int*, OsslAlgorithm*> query) =>
        SigningProvider.CreateTable(
            (OsslFunc.ProviderTeardown, (nint)(delegate* unmanaged<nint, void>)&Teardown),
            (OsslFunc.ProviderQueryOperation, (nint)query),
            (OsslFunc.ProviderGetCapabilities,
                (nint)(delegate* unmanaged<nint, byte*, delegate* unmanaged<OsslParam*, nint, int>, nint, int>)&GetCapabilities));

    private static nint Load(string name, delegate* unmanaged<nint, OsslDispatch*, OsslDispatch**, nint*, int> initialize)
    {
        var context = OpenSslError.ThrowIfNull(LibCrypto.OSSL_LIB_CTX_new(), "OSSL_LIB_CTX_new");
        OpenSslError.ThrowIfFailed(LibCrypto.OSSL_PROVIDER_add_builtin(context, name, initialize), "OSSL_PROVIDER_add_builtin");
        OpenSslError.ThrowIfNull(LibCrypto.OSSL_PROVIDER_load(context, name), "OSSL_PROVIDER_load");
        return context;
    }

    [UnmanagedCallersOnly]
    private static int Initialize(nint handle, OsslDispatch* core, OsslDispatch** table, nint* context)
    {
        *table = _functions;
        *context = ProviderContext();
        return 1;
    }

    [UnmanagedCallersOnly]
    private static int InitializeVerifying(nint handle, OsslDispatch* core, OsslDispatch** table, nint* context)
    {
        *table = _verifyingFunctions;
        *context = ProviderContext();
        return 1;
    }

    /// <summary>The default provider's own: the implementations are handed that.</summary>
    private static nint ProviderContext() => LibCrypto.OSSL_PROVIDER_get0_provider_ctx(Default.Value);

    [UnmanagedCallersOnly]
    private static void Teardown(nint context)
    {
    }

    [UnmanagedCallersOnly]
    private static OsslAlgorithm* QueryOperation(nint context, int operation, int* noStore)
    {
        *noStore = 0;
        return _policy.Find(operation);
    }

    [UnmanagedCallersOnly]
    private static OsslAlgorithm* QueryVerifyingOperation(nint context, int operation, int* noStore)
    {
        *noStore = 0;
        return _verifyingPolicy.Find(operation);
    }

    /// <summary>Which groups there are: libssl keeps those whose keys it can fetch here.</summary>
    [UnmanagedCallersOnly]
    private static int GetCapabilities(
        nint context, byte* capability, delegate* unmanaged<OsslParam*, nint, int> callback, nint argument) =>
        MemoryMarshal.CreateReadOnlySpanFromNullTerminated(capability).SequenceEqual("TLS-GROUP"u8)
            ? LibCrypto.OSSL_PROVIDER_get_capabilities(Default.Value, capability, callback, argument)
            : 1;
}
