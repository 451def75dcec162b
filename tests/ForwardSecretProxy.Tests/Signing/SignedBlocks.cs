using System.Security.Cryptography;
using System.Text;

namespace ForwardSecretProxy.Tests.Signing;

/// <summary>Blocks as a TLS peer signs them, built from the RFCs and not from our code.</summary>
internal static class SignedBlocks
{
    /// <summary>RFC 8446 section 4.4.3.</summary>
    public static byte[] CertificateVerify(int hashLength, string context = "TLS 1.3, server CertificateVerify") =>
        [.. Enumerable.Repeat((byte)0x20, 64), .. Encoding.ASCII.GetBytes(context), 0, .. RandomNumberGenerator.GetBytes(hashLength)];

    /// <summary>RFC 8422 section 5.4, named_curve.</summary>
    public static byte[] ServerKeyExchange(ushort group, int pointLength) =>
        ServerKeyExchange([3, (byte)(group >> 8), (byte)group, (byte)pointLength, .. Point(pointLength)]);

    /// <summary>The two randoms and any parameters.</summary>
    public static byte[] ServerKeyExchange(byte[] parameters) => [.. RandomNumberGenerator.GetBytes(64), .. parameters];

    private static byte[] Point(int length)
    {
        var point = RandomNumberGenerator.GetBytes(length);
        // An uncompressed point on a NIST curve starts with 4 (RFC 8422 section 5.4.1); X25519 has no such byte.
        if (length > 32) point[0] = 4;
        return point;
    }
}
