using System.Buffers.Binary;

namespace ForwardSecretProxy.Signing;

/// <summary>
/// Tells what a block that is to be signed is. A TLS server signs two shapes in its life; whatever is neither is
/// not signed, so that the way to the token is no general signing oracle.
/// </summary>
public static class SignedContent
{
    private const int RandomLength = 32;
    private const int PaddingLength = 64;
    private const byte NamedCurve = 3;

    // IANA TLS Supported Groups: those of TLS 1.2 that we offer.
    private const ushort Secp256r1 = 23;
    private const ushort Secp384r1 = 24;
    private const ushort X25519 = 29;

    private static ReadOnlySpan<byte> ServerContext => "TLS 1.3, server CertificateVerify\0"u8;

    /// <summary>The shape of the whole block, or <see cref="SignedShape.Unknown"/>.</summary>
    public static SignedShape Classify(ReadOnlySpan<byte> block)
    {
        if (IsCertificateVerify(block)) return SignedShape.Tls13CertificateVerify;
        return IsServerKeyExchange(block) ? SignedShape.Tls12ServerKeyExchange : SignedShape.Unknown;
    }

    /// <summary>Whether a TLS server signs <paramref name="block"/> with <paramref name="scheme"/>.</summary>
    public static bool Permits(SignatureScheme scheme, ReadOnlySpan<byte> block) => Classify(block) switch
    {
        // RFC 8446 section 4.4.3: PKCS #1 v1.5 signs no handshake of TLS 1.3.
        SignedShape.Tls13CertificateVerify => scheme is not (SignatureScheme.RsaPkcs1Sha256
            or SignatureScheme.RsaPkcs1Sha384 or SignatureScheme.RsaPkcs1Sha512),
        SignedShape.Tls12ServerKeyExchange => true,
        _ => false,
    };

    /// <summary>
    /// RFC 8446 section 4.4.3: 64 spaces, the context string, a zero byte, the transcript hash (SHA-256 or SHA-384).
    /// </summary>
    private static bool IsCertificateVerify(ReadOnlySpan<byte> block)
    {
        if (block.Length is not (PaddingLength + 34 + 32 or PaddingLength + 34 + 48)) return false;
        return block[..PaddingLength].IndexOfAnyExcept((byte)' ') < 0 && block[PaddingLength..].StartsWith(ServerContext);
    }

    /// <summary>
    /// RFC 8422 section 5.4: client random, server random, then ServerECDHParams: curve type named_curve, the named
    /// group, and the ephemeral point as an opaque of one length byte.
    /// </summary>
    private static bool IsServerKeyExchange(ReadOnlySpan<byte> block)
    {
        const int head = 2 * RandomLength + 4;
        if (block.Length <= head || block[2 * RandomLength] != NamedCurve) return false;

        var pointLength = block[head - 1];
        return block.Length == head + pointLength
            && BinaryPrimitives.ReadUInt16BigEndian(block[(2 * RandomLength + 1)..]) switch
            {
                X25519 => pointLength == 32,
                Secp256r1 => pointLength == 65 && block[head] == 4,
                Secp384r1 => pointLength == 97 && block[head] == 4,
                _ => false,
            };
    }
}

/// <summary>What a block to be signed is.</summary>
public enum SignedShape
{
    /// <summary>Nothing that a TLS server signs.</summary>
    Unknown,

    /// <summary>A TLS 1.3 CertificateVerify of a server.</summary>
    Tls13CertificateVerify,

    /// <summary>A TLS 1.2 ServerKeyExchange with ephemeral ECDH parameters.</summary>
    Tls12ServerKeyExchange,
}
