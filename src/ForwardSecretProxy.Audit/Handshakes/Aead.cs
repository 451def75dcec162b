using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Wire;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>Encryption that authenticates (RFC 5116), with the tag behind what was encrypted.</summary>
internal sealed class Aead
{
    private readonly int _tagLength;
    private readonly Transform _encrypt;
    private readonly Transform _decrypt;

    private Aead(int tagLength, Transform encrypt, Transform decrypt) =>
        (_tagLength, _encrypt, _decrypt) = (tagLength, encrypt, decrypt);

    private delegate byte[] Transform(byte[] nonce, byte[] input, byte[] associated);

    /// <summary>How much longer it makes what it encrypts.</summary>
    public int TagLength => _tagLength;

    /// <summary>AES in Galois/Counter Mode.</summary>
    public static Aead AesGcm(byte[] key)
    {
        var aes = new AesGcm(key, 16);
        return OfPlatform(16, aes.Encrypt, aes.Decrypt);
    }

    /// <summary>AES in Counter mode with CBC-MAC; its tag has 16 bytes, or 8 (RFC 6655).</summary>
    public static Aead AesCcm(byte[] key, int tagLength)
    {
        var aes = new AesCcm(key);
        return OfPlatform(tagLength, aes.Encrypt, aes.Decrypt);
    }

    /// <summary>RFC 8439.</summary>
    public static Aead ChaCha20Poly1305(byte[] key)
    {
        var chaCha = new System.Security.Cryptography.ChaCha20Poly1305(key);
        return OfPlatform(16, chaCha.Encrypt, chaCha.Decrypt);
    }

    /// <summary>Galois/Counter Mode of a block cipher that .NET does not have.</summary>
    public static Aead Gcm(IBlockCipher cipher, byte[] key)
    {
        byte[] Run(bool forEncryption, byte[] nonce, byte[] input, byte[] associated)
        {
            var gcm = new GcmBlockCipher(cipher);
            gcm.Init(forEncryption, new AeadParameters(new KeyParameter(key), 128, nonce, associated));
            var output = new byte[gcm.GetOutputSize(input.Length)];
            var length = gcm.ProcessBytes(input, 0, input.Length, output, 0);
            gcm.DoFinal(output, length);
            return output;
        }

        return new Aead(16, (nonce, input, associated) => Run(true, nonce, input, associated),
            (nonce, input, associated) => Run(false, nonce, input, associated));
    }

    /// <summary>Encrypts.</summary>
    public byte[] Seal(byte[] nonce, byte[] plaintext, byte[] associated) => _encrypt(nonce, plaintext, associated);

    /// <summary>Decrypts.</summary>
    /// <exception cref="WireFormatException">It is not authentic.</exception>
    public byte[] Open(byte[] nonce, byte[] ciphertext, byte[] associated)
    {
        if (ciphertext.Length < _tagLength)
            throw RecordCodes.NotAuthentic();
        try
        {
            return _decrypt(nonce, ciphertext, associated);
        }
        catch (Exception exception) when (exception is CryptographicException or CryptoException)
        {
            throw RecordCodes.NotAuthentic();
        }
    }

    private static Aead OfPlatform(int tagLength, PlatformEncrypt encrypt, PlatformDecrypt decrypt) => new(tagLength,
        (nonce, input, associated) =>
        {
            var output = new byte[input.Length + tagLength];
            encrypt(nonce, input, output.AsSpan(0, input.Length), output.AsSpan(input.Length), associated);
            return output;
        },
        (nonce, input, associated) =>
        {
            var output = new byte[input.Length - tagLength];
            decrypt(nonce, input.AsSpan(0, output.Length), input.AsSpan(output.Length), output, associated);
            return output;
        });

    private delegate void PlatformEncrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associated);

    private delegate void PlatformDecrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext,
        ReadOnlySpan<byte> associated);
}
