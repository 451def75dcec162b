using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Interop;

/// <summary>What is used of libcrypto (OpenSSL 3.0's names and signatures).</summary>
internal static unsafe partial class LibCrypto
{
    internal const int EVP_PKEY_PUBLIC_KEY = OsslKeymgmtSelect.AllParameters | OsslKeymgmtSelect.PublicKey;
    internal const int EVP_PKEY_KEYPAIR = EVP_PKEY_PUBLIC_KEY | OsslKeymgmtSelect.PrivateKey;

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial ulong OpenSSL_version_num();

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint OpenSSL_version(int type);

    [LibraryImport(NativeLibraries.Crypto), SuppressGCTransition]
    internal static partial void ERR_clear_error();

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial ulong ERR_get_error();

    [LibraryImport(NativeLibraries.Crypto), SuppressGCTransition]
    internal static partial ulong ERR_peek_last_error();

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void ERR_error_string_n(ulong code, byte* buffer, nuint length);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint OSSL_LIB_CTX_new();

    [LibraryImport(NativeLibraries.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OSSL_PROVIDER_add_builtin(
        nint libctx, string name, delegate* unmanaged<nint, OsslDispatch*, OsslDispatch**, nint*, int> init);

    [LibraryImport(NativeLibraries.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint OSSL_PROVIDER_load(nint libctx, string name);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial OsslAlgorithm* OSSL_PROVIDER_query_operation(nint provider, int operation, int* noStore);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint OSSL_PROVIDER_get0_provider_ctx(nint provider);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int OSSL_PROVIDER_get_capabilities(
        nint provider, byte* capability, delegate* unmanaged<OsslParam*, nint, int> callback, nint argument);

    [LibraryImport(NativeLibraries.Crypto), SuppressGCTransition]
    internal static partial int SHA256_Init(HashState* state);

    [LibraryImport(NativeLibraries.Crypto), SuppressGCTransition]
    internal static partial int SHA256_Update(HashState* state, byte* data, nuint length);

    [LibraryImport(NativeLibraries.Crypto), SuppressGCTransition]
    internal static partial int SHA256_Final(byte* digest, HashState* state);

    [LibraryImport(NativeLibraries.Crypto), SuppressGCTransition]
    internal static partial int SHA384_Init(HashState* state);

    [LibraryImport(NativeLibraries.Crypto), SuppressGCTransition]
    internal static partial int SHA384_Update(HashState* state, byte* data, nuint length);

    [LibraryImport(NativeLibraries.Crypto), SuppressGCTransition]
    internal static partial int SHA384_Final(byte* digest, HashState* state);

    [LibraryImport(NativeLibraries.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint EVP_PKEY_CTX_new_from_name(nint libctx, string name, string? propquery);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void EVP_PKEY_CTX_free(nint ctx);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int EVP_PKEY_fromdata_init(nint ctx);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int EVP_PKEY_fromdata(nint ctx, out nint pkey, int selection, OsslParam* parameters);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void EVP_PKEY_free(nint pkey);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int EVP_PKEY_get_params(nint pkey, OsslParam* parameters);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int EVP_PKEY_get_size(nint pkey);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int EVP_PKEY_export(
        nint pkey, int selection, delegate* unmanaged<OsslParam*, nint, int> callback, nint argument);

    [LibraryImport(NativeLibraries.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int EVP_PKEY_is_a(nint pkey, string name);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint d2i_PUBKEY(nint* pkey, byte** input, CLong length);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint d2i_X509(nint* x509, byte** input, CLong length);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void X509_free(nint x509);

    [LibraryImport(NativeLibraries.Crypto), SuppressGCTransition]
    internal static partial ulong BIO_number_read(nint bio);

    // The calls below serve the tests, which look for what must not be there and ask for signatures that are refused.
    [LibraryImport(NativeLibraries.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint EVP_CIPHER_fetch(nint libctx, string name, string? propquery);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void EVP_CIPHER_free(nint cipher);

    [LibraryImport(NativeLibraries.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint EVP_MD_fetch(nint libctx, string name, string? propquery);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void EVP_MD_free(nint digest);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint EVP_MD_CTX_new();

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void EVP_MD_CTX_free(nint ctx);

    [LibraryImport(NativeLibraries.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int EVP_DigestSignInit_ex(
        nint ctx, nint* pctx, string? digest, nint libctx, string? propquery, nint pkey, OsslParam* parameters);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int EVP_DigestSign(nint ctx, byte* signature, nuint* length, byte* message, nuint size);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int EVP_PKEY_todata(nint pkey, int selection, nint* parameters);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void OSSL_PARAM_free(nint parameters);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int EVP_PKEY_CTX_set_rsa_padding(nint pctx, int mode);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int EVP_PKEY_CTX_set_rsa_pss_saltlen(nint pctx, int length);

    // The call below serves the client.
    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint X509_verify_cert_error_string(CLong code);
}
