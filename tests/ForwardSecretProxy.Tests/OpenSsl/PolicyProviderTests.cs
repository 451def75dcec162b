using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Provider;

namespace ForwardSecretProxy.Tests.OpenSsl;

/// <summary>What the engine's library contexts have and, above all, what they lack; OpenSSL's default context is the control.</summary>
public unsafe class PolicyProviderTests
{
    private const nint DefaultContext = 0;

    private static readonly nint[] BothContexts = [PolicyProvider.LibraryContext, PolicyProvider.VerifyingLibraryContext];

    [Theory]
    [InlineData("DH")]
    [InlineData("DHX")]
    [InlineData("X448")]
    [InlineData("ED448")]
    [InlineData("DSA")]
    public void LibraryContext_KeysThatThePolicyHasNoUseFor_DoNotExist(string name)
    {
        Assert.True(HasKeys(DefaultContext, name));
        Assert.All(BothContexts, context => Assert.False(HasKeys(context, name)));
    }

    [Fact]
    public void LibraryContext_WhatClientCertificatesTake_IsOnlyWhereTheyAreVerified()
    {
        var (without, with) = (PolicyProvider.LibraryContext, PolicyProvider.VerifyingLibraryContext);

        Assert.Equal((false, true), (HasKeys(without, "ED25519"), HasKeys(with, "ED25519")));
        Assert.Equal((false, true), (HasDigest(without, "SHA1"), HasDigest(with, "SHA1")));
        foreach (var key in (string[])["EC", "RSA", "ED25519"])
        {
            const string publicKeys = "structure=SubjectPublicKeyInfo";
            Assert.Equal((false, true), (HasDecoder(without, key, publicKeys), HasDecoder(with, key, publicKeys)));
        }
    }

    [Theory]
    [InlineData("EC", "structure=PrivateKeyInfo")]
    [InlineData("EC", "structure=type-specific")]
    [InlineData("RSA", "structure=PrivateKeyInfo")]
    [InlineData("RSA", "structure=type-specific")]
    [InlineData("ED25519", "structure=PrivateKeyInfo")]
    public void LibraryContext_DecodersOfPrivateKeys_DoNotExist(string key, string structure)
    {
        Assert.True(HasDecoder(DefaultContext, key, structure));
        Assert.All(BothContexts, context => Assert.False(HasDecoder(context, key, structure)));
    }

    [Fact]
    public void LibraryContext_DecryptionWithAPrivateKey_DoesNotExist()
    {
        // What static RSA key exchange would take.
        Assert.True(HasAsymmetricCipher(DefaultContext));
        Assert.All(BothContexts, context => Assert.False(HasAsymmetricCipher(context)));
    }

    [Fact]
    public void LibraryContext_SignatureWithASoftwareKey_IsRefused()
    {
        Assert.True(CanSign(DefaultContext));
        Assert.All(BothContexts, context => Assert.False(CanSign(context)));
    }

    [Theory]
    [InlineData("AES-128-CBC")]
    [InlineData("AES-256-CBC-HMAC-SHA1")]
    [InlineData("AES-128-CCM")]
    [InlineData("DES-EDE3-CBC")]
    [InlineData("CAMELLIA-128-CBC")]
    [InlineData("NULL")]
    public void LibraryContext_CiphersThatAreNotOffered_DoNotExist(string name)
    {
        Assert.True(HasCipher(DefaultContext, name));
        Assert.All(BothContexts, context => Assert.False(HasCipher(context, name)));
    }

    [Theory]
    [InlineData("MD5")]
    [InlineData("MD5-SHA1")]
    public void LibraryContext_OldHashes_DoNotExist(string name)
    {
        Assert.True(HasDigest(DefaultContext, name));
        Assert.All(BothContexts, context => Assert.False(HasDigest(context, name)));
    }

    [Fact]
    public void LibraryContext_WhatIsOffered_IsThere()
    {
        foreach (var context in BothContexts)
        {
            Assert.All(["X25519", "EC", "HMAC"], name => Assert.True(HasKeys(context, name)));
            Assert.All(["AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305"], name => Assert.True(HasCipher(context, name)));
            Assert.All(["SHA256", "SHA384", "SHA512"], name => Assert.True(HasDigest(context, name)));
        }
    }

    private static bool HasDecoder(nint context, string name, string properties)
    {
        var found = LibCrypto.OSSL_DECODER_fetch(context, name, $"input=der,{properties}");
        LibCrypto.OSSL_DECODER_free(found);
        LibCrypto.ERR_clear_error();
        return found != 0;
    }

    private static bool HasAsymmetricCipher(nint context)
    {
        var found = LibCrypto.EVP_ASYM_CIPHER_fetch(context, "RSA", null);
        LibCrypto.EVP_ASYM_CIPHER_free(found);
        LibCrypto.ERR_clear_error();
        return found != 0;
    }

    private static bool CanSign(nint context)
    {
        var generation = LibCrypto.EVP_PKEY_CTX_new_from_name(context, "EC", null);
        Assert.Equal(1, LibCrypto.EVP_PKEY_keygen_init(generation));
        Assert.Equal(1, LibCrypto.EVP_PKEY_CTX_set_group_name(generation, "P-256"));
        Assert.Equal(1, LibCrypto.EVP_PKEY_generate(generation, out var key));
        var signing = LibCrypto.EVP_MD_CTX_new();
        var can = LibCrypto.EVP_DigestSignInit_ex(signing, null, "SHA256", context, null, key, null) == 1;
        LibCrypto.EVP_MD_CTX_free(signing);
        LibCrypto.EVP_PKEY_free(key);
        LibCrypto.EVP_PKEY_CTX_free(generation);
        LibCrypto.ERR_clear_error();
        return can;
    }

    private static bool HasKeys(nint context, string name)
    {
        var found = LibCrypto.EVP_PKEY_CTX_new_from_name(context, name, null);
        LibCrypto.EVP_PKEY_CTX_free(found);
        LibCrypto.ERR_clear_error();
        return found != 0;
    }

    private static bool HasCipher(nint context, string name)
    {
        var found = LibCrypto.EVP_CIPHER_fetch(context, name, null);
        LibCrypto.EVP_CIPHER_free(found);
        LibCrypto.ERR_clear_error();
        return found != 0;
    }

    private static bool HasDigest(nint context, string name)
    {
        var found = LibCrypto.EVP_MD_fetch(context, name, null);
        LibCrypto.EVP_MD_free(found);
        LibCrypto.ERR_clear_error();
        return found != 0;
    }
}
