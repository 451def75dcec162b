using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace ForwardSecretProxy.Signing.Keys;

/// <summary>
/// The public half of a key that this proxy can use: ECDSA on P-256 or P-384, or RSA of 2048 to 4096 bits.
/// </summary>
public sealed class SubjectPublicKey
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string P384 = "1.3.132.0.34";

    private readonly byte[] _encoded;

    // Read once for each thread that verifies at the same time as others, which none of these promises to be safe for:
    // reading one takes longer than verifying with it.
    private readonly ConcurrentBag<AsymmetricAlgorithm> _keys = [];

    private SubjectPublicKey(byte[] encoded, bool isRsa, int bits)
    {
        _encoded = encoded;
        IsRsa = isRsa;
        Bits = bits;
        Schemes = SchemesOf(isRsa, bits);
    }

    /// <summary>
    /// The DER SubjectPublicKeyInfo (RFC 5280 section 4.1), always in the same encoding for the same key.
    /// </summary>
    public ReadOnlyMemory<byte> Encoded => _encoded;

    /// <summary>
    /// The first 16 hexadecimal digits of the SHA-256 over <see cref="Encoded"/>, by which people tell keys apart; a
    /// TLSA 3 1 1 record begins with the same.
    /// </summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(_encoded))[..16];

    /// <summary>Whether it is an RSA key; otherwise it is an ECDSA one.</summary>
    public bool IsRsa { get; }

    /// <summary>The bits of the modulus, or of the curve's order.</summary>
    public int Bits { get; }

    /// <summary>The schemes that such a key makes, most preferred first.</summary>
    public IReadOnlyList<SignatureScheme> Schemes { get; }

    /// <summary>The longest signature as TLS carries it, in bytes.</summary>
    public int MaxSignatureLength => IsRsa ? (Bits + 7) / 8 : Pkcs11.EcdsaDer.MaxLength(Bits / 8);

    /// <summary>Reads a DER SubjectPublicKeyInfo.</summary>
    /// <exception cref="TokenException">
    /// It is malformed, or the key is of a kind or size that is not supported.
    /// </exception>
    public static SubjectPublicKey Parse(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        try
        {
            return TryParseRsa(subjectPublicKeyInfo) ?? ParseEc(subjectPublicKeyInfo);
        }
        catch (CryptographicException exception)
        {
            throw new TokenException(Unsupported("it is neither an RSA key nor one on P-256 or P-384"), exception);
        }
    }

    /// <summary>Whether <paramref name="signature"/>, as TLS carries it, is this key's over the message.</summary>
    public bool Verify(SignatureScheme scheme, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var hash = HashOf(scheme);
        var key = _keys.TryTake(out var known) ? known : Import();
        try
        {
            return key is RSA rsa
                ? rsa.VerifyData(message, signature, hash, PaddingOf(scheme))
                : ((ECDsa)key).VerifyData(message, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        }
        finally
        {
            _keys.Add(key);
        }
    }

    /// <summary>Whether both are the same key.</summary>
    public bool Matches(SubjectPublicKey other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return _encoded.AsSpan().SequenceEqual(other._encoded);
    }

    /// <summary>The public key in PEM.</summary>
    public string ToPem() => PemEncoding.WriteString("PUBLIC KEY", _encoded);

    /// <summary>The kind of key, such as <c>EC P-256</c> or <c>RSA 2048</c>.</summary>
    public override string ToString() => IsRsa ? $"RSA {Bits}" : $"EC P-{Bits}";

    private AsymmetricAlgorithm Import()
    {
        AsymmetricAlgorithm key = IsRsa ? RSA.Create() : ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_encoded, out _);
        return key;
    }

    private static SubjectPublicKey? TryParseRsa(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        }
        catch (CryptographicException)
        {
            return null;
        }

        if (rsa.KeySize is < 2048 or > 4096)
            throw new TokenException(Unsupported($"it is an RSA key of {rsa.KeySize} bits"));
        return new SubjectPublicKey(rsa.ExportSubjectPublicKeyInfo(), true, rsa.KeySize);
    }

    private static SubjectPublicKey ParseEc(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        return ecdsa.ExportParameters(false).Curve.Oid.Value switch
        {
            P256 => new SubjectPublicKey(ecdsa.ExportSubjectPublicKeyInfo(), false, 256),
            P384 => new SubjectPublicKey(ecdsa.ExportSubjectPublicKeyInfo(), false, 384),
            _ => throw new TokenException(Unsupported("it is on another curve")),
        };
    }

    private static string Unsupported(string reason) =>
        $"The key cannot be used: {reason}. Use EC P-256 or P-384, or RSA of 2048 to 4096 bits.";

    private static SignatureScheme[] SchemesOf(bool isRsa, int bits) => (isRsa, bits) switch
    {
        (false, 256) => [SignatureScheme.EcdsaSecp256r1Sha256],
        (false, _) => [SignatureScheme.EcdsaSecp384r1Sha384],
        _ =>
        [
            SignatureScheme.RsaPssRsaeSha256, SignatureScheme.RsaPssRsaeSha384, SignatureScheme.RsaPssRsaeSha512,
            SignatureScheme.RsaPkcs1Sha256, SignatureScheme.RsaPkcs1Sha384, SignatureScheme.RsaPkcs1Sha512,
        ],
    };

    private static HashAlgorithmName HashOf(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.EcdsaSecp384r1Sha384 or SignatureScheme.RsaPssRsaeSha384 or SignatureScheme.RsaPkcs1Sha384 =>
            HashAlgorithmName.SHA384,
        SignatureScheme.RsaPssRsaeSha512 or SignatureScheme.RsaPkcs1Sha512 => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };

    private static RSASignaturePadding PaddingOf(SignatureScheme scheme) => scheme is SignatureScheme.RsaPkcs1Sha256
        or SignatureScheme.RsaPkcs1Sha384 or SignatureScheme.RsaPkcs1Sha512
            ? RSASignaturePadding.Pkcs1
            : RSASignaturePadding.Pss;
}
