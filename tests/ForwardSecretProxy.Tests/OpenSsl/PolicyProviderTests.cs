using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Provider;

namespace ForwardSecretProxy.Tests.OpenSsl;

/// <summary>What the engine's library context has and, above all, what it lacks; OpenSSL's default context is the control.</summary>
public class PolicyProviderTests
{
    private const nint DefaultContext = 0;

    [Theory]
    [InlineData("DH")]
    [InlineData("DHX")]
    [InlineData("X448")]
    [InlineData("ED25519")]
    [InlineData("DSA")]
    public void LibraryContext_KeysThatThePolicyHasNoUseFor_DoNotExist(string name)
    {
        Assert.True(HasKeys(DefaultContext, name));
        Assert.False(HasKeys(PolicyProvider.LibraryContext, name));
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
        Assert.False(HasCipher(PolicyProvider.LibraryContext, name));
    }

    [Theory]
    [InlineData("MD5")]
    [InlineData("SHA1")]
    [InlineData("MD5-SHA1")]
    public void LibraryContext_OldHashes_DoNotExist(string name)
    {
        Assert.True(HasDigest(DefaultContext, name));
        Assert.False(HasDigest(PolicyProvider.LibraryContext, name));
    }

    [Fact]
    public void LibraryContext_WhatIsOffered_IsThere()
    {
        var context = PolicyProvider.LibraryContext;

        Assert.All(["X25519", "EC", "HMAC"], name => Assert.True(HasKeys(context, name)));
        Assert.All(["AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305"], name => Assert.True(HasCipher(context, name)));
        Assert.All(["SHA256", "SHA384", "SHA512"], name => Assert.True(HasDigest(context, name)));
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
