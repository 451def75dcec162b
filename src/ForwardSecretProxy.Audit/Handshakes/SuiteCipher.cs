using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Registry;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>What a suite encrypts records with. Only one of the three kinds is set.</summary>
/// <param name="KeyLength">In bytes.</param>
/// <param name="Hash">Of the key schedule; TLS 1.0 and 1.1 have one of their own.</param>
internal sealed record SuiteCipher(int KeyLength, HashAlgorithmName Hash)
{
    /// <summary>An AEAD for a key.</summary>
    public Func<byte[], Aead>? Aead { get; private init; }

    /// <summary>
    /// Whether an AEAD's nonce is the record's number under a fixed part of 12 bytes, in TLS 1.2, too; the others have a
    /// fixed part of 4 bytes there, and send the rest.
    /// </summary>
    public bool HasWholeNonce { get; private init; }

    /// <summary>A block cipher for CBC.</summary>
    public Func<IBlockCipher>? Block { get; private init; }

    /// <summary>A stream cipher; of nothing, for suites that do not encrypt.</summary>
    public Func<IStreamCipher?>? Stream { get; private init; }

    /// <summary>What authenticates records that an AEAD does not.</summary>
    public HashAlgorithmName Mac { get; private init; }

    /// <summary>The cipher of a suite, or null for one that cannot be computed with here.</summary>
    public static SuiteCipher? Find(CipherSuite suite)
    {
        if (suite.IsExport)
            return null;
        var cut = suite.Cipher.LastIndexOf('_');
        var (name, last) = cut < 0 ? (suite.Cipher, "") : (suite.Cipher[..cut], suite.Cipher[(cut + 1)..]);
        // RFC 6655 names no hash in TLS 1.2's CCM suites: it is SHA-256.
        if (last is "CCM" or "8")
            (name, last) = (suite.Cipher, "SHA256");
        if (last is not ("MD5" or "SHA" or "SHA256" or "SHA384"))
            return null;

        var mac = last switch
        {
            "MD5" => HashAlgorithmName.MD5,
            "SHA" => HashAlgorithmName.SHA1,
            "SHA256" => HashAlgorithmName.SHA256,
            _ => HashAlgorithmName.SHA384,
        };
        var hash = last == "SHA384" ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        return FindAead(name, hash) ?? FindBlock(name, hash, mac) ?? FindStream(name, hash, mac);
    }

    private static SuiteCipher? FindAead(string name, HashAlgorithmName hash) => name switch
    {
        "AES_128_GCM" => new SuiteCipher(16, hash) { Aead = Handshakes.Aead.AesGcm },
        "AES_256_GCM" => new SuiteCipher(32, hash) { Aead = Handshakes.Aead.AesGcm },
        "AES_128_CCM" => new SuiteCipher(16, hash) { Aead = key => Handshakes.Aead.AesCcm(key, 16) },
        "AES_256_CCM" => new SuiteCipher(32, hash) { Aead = key => Handshakes.Aead.AesCcm(key, 16) },
        "AES_128_CCM_8" => new SuiteCipher(16, hash) { Aead = key => Handshakes.Aead.AesCcm(key, 8) },
        "AES_256_CCM_8" => new SuiteCipher(32, hash) { Aead = key => Handshakes.Aead.AesCcm(key, 8) },
        "CHACHA20_POLY1305" => new SuiteCipher(32, hash) { Aead = Handshakes.Aead.ChaCha20Poly1305, HasWholeNonce = true },
        "CAMELLIA_128_GCM" => new SuiteCipher(16, hash) { Aead = key => Handshakes.Aead.Gcm(new CamelliaEngine(), key) },
        "CAMELLIA_256_GCM" => new SuiteCipher(32, hash) { Aead = key => Handshakes.Aead.Gcm(new CamelliaEngine(), key) },
        "ARIA_128_GCM" => new SuiteCipher(16, hash) { Aead = key => Handshakes.Aead.Gcm(new AriaEngine(), key) },
        "ARIA_256_GCM" => new SuiteCipher(32, hash) { Aead = key => Handshakes.Aead.Gcm(new AriaEngine(), key) },
        _ => null,
    };

    private static SuiteCipher? FindBlock(string name, HashAlgorithmName hash, HashAlgorithmName mac)
    {
        (int Length, Func<IBlockCipher> Create)? found = name switch
        {
            "AES_128_CBC" => (16, () => new AesEngine()),
            "AES_256_CBC" => (32, () => new AesEngine()),
            "3DES_EDE_CBC" => (24, () => new DesEdeEngine()),
            "DES_CBC" => (8, () => new DesEngine()),
            "CAMELLIA_128_CBC" => (16, () => new CamelliaEngine()),
            "CAMELLIA_256_CBC" => (32, () => new CamelliaEngine()),
            "ARIA_128_CBC" => (16, () => new AriaEngine()),
            "ARIA_256_CBC" => (32, () => new AriaEngine()),
            "SEED_CBC" => (16, () => new SeedEngine()),
            "IDEA_CBC" => (16, () => new IdeaEngine()),
            _ => null,
        };
        return found is { } block ? new SuiteCipher(block.Length, hash) { Block = block.Create, Mac = mac } : null;
    }

    private static SuiteCipher? FindStream(string name, HashAlgorithmName hash, HashAlgorithmName mac) => name switch
    {
        "RC4_128" => new SuiteCipher(16, hash) { Stream = () => new RC4Engine(), Mac = mac },
        "NULL" => new SuiteCipher(0, hash) { Stream = () => null, Mac = mac },
        _ => null,
    };
}
