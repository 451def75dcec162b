using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>
/// The OpenSSL 3 provider (provider(7)) from which libssl gets its algorithms: OpenSSL's own implementations of what the
/// policy can offer, and nothing else, in a library context of its own. Static RSA, finite-field Diffie-Hellman, CBC or
/// MD5 are not switched off there: they do not exist. Nor does anything of the system's openssl.cnf. The key derivation
/// is ours (<see cref="KeySchedule"/>). The fewer names a context has, the faster OpenSSL finds one: 3.0 walks through
/// all of them for every ephemeral key. Loaded once, for the life of the process.
/// </summary>
internal static unsafe class PolicyProvider
{
    /// <summary>First names, as the default provider has them. What this libssl lacks is simply not there.</summary>
    private static readonly FrozenSet<string> Offered = new[]
    {
        "SHA2-256", "SHA2-384", "SHA2-512",                       // transcripts, signatures
        "AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305",        // records
        "TLS13-KDF", "TLS1-PRF", "HKDF", "HMAC",                  // key schedules, Finished, PSK binders
        "CTR-DRBG", "SEED-SRC",                                   // randoms
        "X25519MLKEM768", "X25519", "EC", "ECDH",                 // ephemeral keys
        "ECDSA", "RSA", "RSA-PSS",                                // what libssl looks for before it offers a scheme
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly Lazy<nint> Context = new(Load);
    private static readonly nint[] Tables = new nint[OsslFunc.OpHighest + 1];
    private static nint _default;
    private static OsslDispatch* _provider;

    /// <summary>The <c>OSSL_LIB_CTX</c> of every <c>SSL_CTX</c>.</summary>
    /// <exception cref="OpenSslException">libcrypto is missing, too old, or refused the provider.</exception>
    internal static nint LibraryContext => Context.Value;

    private static nint Load()
    {
        NativeLibraries.ThrowIfNotSupported();
        // What the implementations themselves need (a hash for a signature, a cipher for the random generator) they
        // find where they come from: in a context with all of OpenSSL.
        var whole = OpenSslError.ThrowIfNull(LibCrypto.OSSL_LIB_CTX_new(), "OSSL_LIB_CTX_new");
        _default = OpenSslError.ThrowIfNull(LibCrypto.OSSL_PROVIDER_load(whole, "default"), "Loading OpenSSL's default provider");
        for (var operation = 1; operation < Tables.Length; operation++) Tables[operation] = (nint)Select(operation);

        _provider = SigningProvider.CreateTable(
            (OsslFunc.ProviderTeardown, (nint)(delegate* unmanaged<nint, void>)&Teardown),
            (OsslFunc.ProviderQueryOperation, (nint)(delegate* unmanaged<nint, int, int*, OsslAlgorithm*>)&QueryOperation),
            (OsslFunc.ProviderGetCapabilities,
                (nint)(delegate* unmanaged<nint, byte*, delegate* unmanaged<OsslParam*, nint, int>, nint, int>)&GetCapabilities));
        var context = OpenSslError.ThrowIfNull(LibCrypto.OSSL_LIB_CTX_new(), "OSSL_LIB_CTX_new");
        OpenSslError.ThrowIfFailed(LibCrypto.OSSL_PROVIDER_add_builtin(context, "fsp-policy", &Initialize), "OSSL_PROVIDER_add_builtin");
        OpenSslError.ThrowIfNull(LibCrypto.OSSL_PROVIDER_load(context, "fsp-policy"), "OSSL_PROVIDER_load");
        return context;
    }

    /// <summary>The default provider's algorithms of one operation that are offered; null when there is none.</summary>
    private static OsslAlgorithm* Select(int operation)
    {
        int noStore;
        var all = LibCrypto.OSSL_PROVIDER_query_operation(_default, operation, &noStore);
        var selected = new List<nint>();
        for (var each = all; each != null && each->Names != null; each++)
        {
            if (Offered.Contains(FirstName(each))) selected.Add((nint)each);
        }

        if (selected.Count == 0) return null;
        var table = (OsslAlgorithm*)NativeMemory.AllocZeroed((nuint)selected.Count + 1, (nuint)sizeof(OsslAlgorithm));
        for (var i = 0; i < selected.Count; i++) table[i] = WithOurs(operation, *(OsslAlgorithm*)selected[i]);
        return table;
    }

    private static OsslAlgorithm WithOurs(int operation, OsslAlgorithm algorithm)
    {
        algorithm.Implementation = (operation, FirstName(&algorithm)) switch
        {
            _ when !NativeLibraries.HasHashFunctions => algorithm.Implementation,
            (OsslFunc.OpKdf, "TLS13-KDF") => KeyDerivation.CreateTls13Table(),
            (OsslFunc.OpKdf, "TLS1-PRF") => KeyDerivation.CreateTls12Table(),
            (OsslFunc.OpMac, "HMAC") => FinishedMac.CreateTable(),
            _ => algorithm.Implementation,
        };
        return algorithm;
    }

    private static string FirstName(OsslAlgorithm* algorithm)
    {
        var names = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(algorithm->Names);
        return Encoding.ASCII.GetString(names.IndexOf((byte)':') is var end and >= 0 ? names[..end] : names);
    }

    /// <summary>Its context is the default provider's own: the implementations are handed that.</summary>
    [UnmanagedCallersOnly]
    private static int Initialize(nint handle, OsslDispatch* core, OsslDispatch** table, nint* context)
    {
        *table = _provider;
        *context = LibCrypto.OSSL_PROVIDER_get0_provider_ctx(_default);
        return 1;
    }

    [UnmanagedCallersOnly]
    private static void Teardown(nint context)
    {
    }

    [UnmanagedCallersOnly]
    private static OsslAlgorithm* QueryOperation(nint context, int operation, int* noStore)
    {
        *noStore = 0;
        return operation > 0 && operation < Tables.Length ? (OsslAlgorithm*)Tables[operation] : null;
    }

    /// <summary>Which groups there are: libssl keeps those whose keys it can fetch here.</summary>
    [UnmanagedCallersOnly]
    private static int GetCapabilities(
        nint context, byte* capability, delegate* unmanaged<OsslParam*, nint, int> callback, nint argument) =>
        MemoryMarshal.CreateReadOnlySpanFromNullTerminated(capability).SequenceEqual("TLS-GROUP"u8)
            ? LibCrypto.OSSL_PROVIDER_get_capabilities(_default, capability, callback, argument)
            : 1;
}
