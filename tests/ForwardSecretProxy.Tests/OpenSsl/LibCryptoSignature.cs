using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Provider;

namespace ForwardSecretProxy.Tests.OpenSsl;

/// <summary>Asks for a signature as libssl does, and as somebody else in the process might.</summary>
internal static unsafe class LibCryptoSignature
{
    public const int Pkcs1 = 1;
    public const int Pss = 6;
    private const int SaltAsLongAsDigest = -1;

    /// <summary>EVP_DigestSign over the whole message.</summary>
    /// <returns>The signature, or null when it was refused.</returns>
    public static byte[]? TrySign(
        ProviderKey key, string digest, byte[] message, int? padding = null, int saltLength = SaltAsLongAsDigest)
    {
        using var handle = key.CreateHandle();
        var context = LibCrypto.EVP_MD_CTX_new();
        try
        {
            nint pctx;
            if (LibCrypto.EVP_DigestSignInit_ex(context, &pctx, digest, 0, null, handle.DangerousGetHandle(), null) != 1)
                return null;
            if (padding is { } mode && LibCrypto.EVP_PKEY_CTX_set_rsa_padding(pctx, mode) != 1) return null;
            if (padding == Pss && LibCrypto.EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, saltLength) != 1) return null;
            return Sign(context, message);
        }
        finally
        {
            LibCrypto.EVP_MD_CTX_free(context);
            LibCrypto.ERR_clear_error();
        }
    }

    private static byte[]? Sign(nint context, byte[] message)
    {
        fixed (byte* block = message)
        {
            nuint length;
            if (LibCrypto.EVP_DigestSign(context, null, &length, block, (nuint)message.Length) != 1) return null;
            var signature = new byte[(int)length];
            fixed (byte* destination = signature)
            {
                return LibCrypto.EVP_DigestSign(context, destination, &length, block, (nuint)message.Length) == 1
                    ? signature[..(int)length]
                    : null;
            }
        }
    }
}
