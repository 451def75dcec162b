using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>
/// Some of the default provider's algorithms, as tables that another provider answers with. No selection can decrypt
/// with a private key, read one, or sign with one: what a certificate's key signs, <see cref="SigningProvider"/> signs.
/// </summary>
internal sealed unsafe class AlgorithmSelection
{
    /// <summary>What the policy offers, by first names. What this libssl lacks is simply not there.</summary>
    private static readonly string[] Offered =
    [
        "SHA2-256", "SHA2-384", "SHA2-512",                       // transcripts, signatures
        "AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305",        // records
        "TLS13-KDF", "TLS1-PRF", "HKDF", "HMAC",                  // key schedules, Finished, PSK binders
        "CTR-DRBG", "SEED-SRC",                                   // randoms
        Hybrid, "X25519", "EC", "ECDH",                           // ephemeral keys
        "ECDSA", "RSA", "RSA-PSS",                                // what libssl looks for before it offers a scheme
    ];

    /// <summary>
    /// What a client's certificate takes besides. SHA-1 is how libcrypto tells certificates apart, not what it accepts in
    /// a signature: the security level of such contexts forbids that.
    /// </summary>
    private static readonly string[] ForCertificates = ["ED25519", "SHA1"];

    private const string Hybrid = "X25519MLKEM768";

    /// <summary>Contexts, verification and parameters; every function that signs is left out.</summary>
    private static readonly FrozenSet<int> VerifyingFunctions = new[]
    {
        OsslFunc.SignatureNewCtx, OsslFunc.SignatureVerifyInit, OsslFunc.SignatureVerify,
        OsslFunc.SignatureDigestVerifyInit, OsslFunc.SignatureDigestVerifyUpdate, OsslFunc.SignatureDigestVerifyFinal,
        OsslFunc.SignatureDigestVerify, OsslFunc.SignatureFreeCtx, OsslFunc.SignatureDupCtx,
        OsslFunc.SignatureGetCtxParams, OsslFunc.SignatureGettableCtxParams,
        OsslFunc.SignatureSetCtxParams, OsslFunc.SignatureSettableCtxParams,
        OsslFunc.SignatureGetCtxMdParams, OsslFunc.SignatureGettableCtxMdParams,
        OsslFunc.SignatureSetCtxMdParams, OsslFunc.SignatureSettableCtxMdParams,
    }.ToFrozenSet();

    private readonly nint[] _tables = new nint[OsslFunc.OpHighest + 1];
    private readonly FrozenSet<string> _names;
    private readonly bool _readsPublicKeys;

    private AlgorithmSelection(nint provider, IEnumerable<string> names, bool readsPublicKeys)
    {
        _names = names.ToFrozenSet(StringComparer.Ordinal);
        _readsPublicKeys = readsPublicKeys;
        for (var operation = 1; operation < _tables.Length; operation++)
            _tables[operation] = (nint)Select(provider, operation);
    }

    /// <summary>What a server needs that asks for no client certificates.</summary>
    internal static AlgorithmSelection ForServer(nint provider) => new(provider, Offered, readsPublicKeys: false);

    /// <summary>The same, and what verifying the certificates of clients takes.</summary>
    internal static AlgorithmSelection ForVerifyingServer(nint provider) =>
        new(provider, [.. Offered, .. ForCertificates], readsPublicKeys: true);

    /// <summary>The algorithms of one operation (<c>OSSL_OP_*</c>); null when there is none.</summary>
    internal OsslAlgorithm* Find(int operation) =>
        operation > 0 && operation < _tables.Length ? (OsslAlgorithm*)_tables[operation] : null;

    private OsslAlgorithm* Select(nint provider, int operation)
    {
        int noStore;
        var all = LibCrypto.OSSL_PROVIDER_query_operation(provider, operation, &noStore);
        var selected = new List<nint>();
        for (var each = all; each != null && each->Names != null; each++)
        {
            if (Takes(operation, each)) selected.Add((nint)each);
        }

        if (selected.Count == 0) return null;
        var table = (OsslAlgorithm*)NativeMemory.AllocZeroed((nuint)selected.Count + 1, (nuint)sizeof(OsslAlgorithm));
        for (var i = 0; i < selected.Count; i++) table[i] = WithOurs(operation, *(OsslAlgorithm*)selected[i]);
        return table;
    }

    private bool Takes(int operation, OsslAlgorithm* algorithm)
    {
        var name = FirstName(algorithm);
        return _names.Contains(name) && operation switch
        {
            OsslFunc.OpAsymCipher or OsslFunc.OpEncoder => false,
            OsslFunc.OpKem => name == Hybrid,
            OsslFunc.OpDecoder => _readsPublicKeys && IsPublicKeyDecoder(algorithm),
            _ => true,
        };
    }

    private static bool IsPublicKeyDecoder(OsslAlgorithm* algorithm) =>
        MemoryMarshal.CreateReadOnlySpanFromNullTerminated(algorithm->Properties)
            .IndexOf("structure=SubjectPublicKeyInfo"u8) >= 0;

    private static OsslAlgorithm WithOurs(int operation, OsslAlgorithm algorithm)
    {
        algorithm.Implementation = (operation, FirstName(&algorithm)) switch
        {
            // HMAC counts as a signature where libssl computes PSK binders; the others have private keys.
            (OsslFunc.OpSignature, not "HMAC") => WithoutSigning(algorithm.Implementation),
            _ when !NativeLibraries.HasHashFunctions => algorithm.Implementation,
            (OsslFunc.OpKdf, "TLS13-KDF") => KeyDerivation.CreateTls13Table(),
            (OsslFunc.OpKdf, "TLS1-PRF") => KeyDerivation.CreateTls12Table(),
            (OsslFunc.OpMac, "HMAC") => FinishedMac.CreateTable(),
            _ => algorithm.Implementation,
        };
        return algorithm;
    }

    private static OsslDispatch* WithoutSigning(OsslDispatch* functions)
    {
        var kept = new List<(int, nint)>();
        for (var each = functions; each->FunctionId != 0; each++)
        {
            if (VerifyingFunctions.Contains(each->FunctionId)) kept.Add((each->FunctionId, each->Function));
        }

        return SigningProvider.CreateTable([.. kept]);
    }

    private static string FirstName(OsslAlgorithm* algorithm)
    {
        var names = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(algorithm->Names);
        return Encoding.ASCII.GetString(names.IndexOf((byte)':') is var end and >= 0 ? names[..end] : names);
    }
}
