using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Interop;

/// <summary>What is used of libcrypto (OpenSSL 3.0's names and signatures).</summary>
internal static unsafe partial class LibCrypto
{
    internal const int EVP_PKEY_PUBLIC_KEY = OsslKeymgmtSelect.AllParameters | OsslKeymgmtSelect.PublicKey;
    internal const int X509_V_OK = 0;
    internal const uint X509_V_FLAG_CRL_CHECK = 0x4;
    internal const uint X509_V_FLAG_CRL_CHECK_ALL = 0x8;

    /// <summary>RFC 2253's form, with everything that is not printable ASCII escaped.</summary>
    internal const uint XN_FLAG_RFC2253 = 0x1110317;

    internal const int BIO_CTRL_INFO = 3;

    internal const int EVP_PKEY_KEYPAIR = EVP_PKEY_PUBLIC_KEY | OsslKeymgmtSelect.PrivateKey;

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial ulong OpenSSL_version_num();

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint OpenSSL_version(int type);

    [LibraryImport(NativeLibraries.Crypto), SuppressGCTransition]
    internal static partial void ERR_clear_error();

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int OPENSSL_sk_num(nint stack);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint OPENSSL_sk_value(nint stack, int index);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void OPENSSL_sk_free(nint stack);

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
    internal static partial int i2d_X509(nint x509, byte** output);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint X509_new_ex(nint libctx, nint propquery);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void X509_free(nint x509);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint X509_get_subject_name(nint x509);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int X509_NAME_print_ex(nint bio, nint name, int indent, CULong flags);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint X509_CRL_new_ex(nint libctx, nint propquery);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint d2i_X509_CRL(nint* crl, byte** input, CLong length);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void X509_CRL_free(nint crl);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int X509_STORE_add_cert(nint store, nint x509);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int X509_STORE_add_crl(nint store, nint crl);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int X509_STORE_set_flags(nint store, CULong flags);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint X509_verify_cert_error_string(CLong code);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint BIO_s_mem();

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial nint BIO_new(nint method);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial CLong BIO_ctrl(nint bio, int command, CLong larg, byte** parg);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int BIO_free(nint bio);

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

    [LibraryImport(NativeLibraries.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint EVP_ASYM_CIPHER_fetch(nint libctx, string name, string? propquery);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void EVP_ASYM_CIPHER_free(nint cipher);

    [LibraryImport(NativeLibraries.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint OSSL_DECODER_fetch(nint libctx, string name, string? propquery);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial void OSSL_DECODER_free(nint decoder);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int EVP_PKEY_keygen_init(nint ctx);

    [LibraryImport(NativeLibraries.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int EVP_PKEY_CTX_set_group_name(nint ctx, string name);

    [LibraryImport(NativeLibraries.Crypto)]
    internal static partial int EVP_PKEY_generate(nint ctx, out nint pkey);

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
}
