namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// An ECDSA signature as TLS carries it, from what a token makes: two integers of fixed width become an
/// Ecdsa-Sig-Value (RFC 3279 section 2.2.3), in which an integer is as short as it can be and not negative.
/// </summary>
internal static class EcdsaDer
{
    // Above it a length takes two bytes; P-384 needs 102 and there is no larger curve here.
    private const int MaxBody = 127;

    /// <summary>The longest encoding for a curve whose order has <paramref name="width"/> bytes.</summary>
    public static int MaxLength(int width) => 2 + 2 * (2 + 1 + width);

    /// <summary>
    /// Writes the encoding of <paramref name="signature"/>, r and s of equal width, and returns its length.
    /// </summary>
    /// <exception cref="ArgumentException">The signature has an odd or a zero length, or is too long.</exception>
    public static int Write(ReadOnlySpan<byte> signature, Span<byte> destination)
    {
        if (signature.IsEmpty || signature.Length % 2 != 0)
            throw new ArgumentException("r and s have equal widths.", nameof(signature));

        var r = WithoutLeadingZeros(signature[..(signature.Length / 2)]);
        var s = WithoutLeadingZeros(signature[(signature.Length / 2)..]);
        var body = 2 + EncodedLength(r) + 2 + EncodedLength(s);
        if (body > MaxBody)
            throw new ArgumentException("The signature is longer than P-384's.", nameof(signature));

        destination[0] = 0x30;
        destination[1] = (byte)body;
        var next = WriteInteger(r, destination, 2);
        return WriteInteger(s, destination, next);
    }

    // Zero keeps one byte: an INTEGER is never empty.
    private static ReadOnlySpan<byte> WithoutLeadingZeros(ReadOnlySpan<byte> integer)
    {
        var first = integer.IndexOfAnyExcept((byte)0);
        return first < 0 ? integer[^1..] : integer[first..];
    }

    private static int EncodedLength(ReadOnlySpan<byte> integer) => integer.Length + (IsHigh(integer) ? 1 : 0);

    // A set high bit would make it negative, so a zero byte goes before it.
    private static bool IsHigh(ReadOnlySpan<byte> integer) => (integer[0] & 0x80) != 0;

    private static int WriteInteger(ReadOnlySpan<byte> integer, Span<byte> destination, int offset)
    {
        destination[offset++] = 0x02;
        destination[offset++] = (byte)EncodedLength(integer);
        if (IsHigh(integer))
            destination[offset++] = 0;
        integer.CopyTo(destination[offset..]);
        return offset + integer.Length;
    }
}
