using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>
/// TLS's key derivation: HKDF-Expand-Label and the extraction steps of TLS 1.3 (RFC 8446 section 7.1, RFC 5869), and
/// the PRF of TLS 1.2 (RFC 5246 section 5). Pure; intermediate secrets are wiped.
/// </summary>
internal static class KeySchedule
{
    /// <summary>uint16 length, one byte and 255 of label, one byte and 255 of context.</summary>
    private const int MaxLabelStructure = 2 + 256 + 256;

    /// <summary>
    /// HKDF-Expand(<paramref name="secret"/>, HkdfLabel, length of <paramref name="output"/>); false when a part is
    /// longer than its length byte can say, or the output longer than 255 hashes.
    /// </summary>
    internal static bool TryExpandLabel(
        TlsHash hash,
        ReadOnlySpan<byte> secret,
        ReadOnlySpan<byte> prefix,
        ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> context,
        Span<byte> output)
    {
        if (prefix.Length + label.Length > byte.MaxValue || context.Length > byte.MaxValue) return false;
        if (output.Length > byte.MaxValue * Hmac.Length(hash)) return false;
        Span<byte> structure = stackalloc byte[MaxLabelStructure];
        BinaryPrimitives.WriteUInt16BigEndian(structure, (ushort)output.Length);
        structure[2] = (byte)(prefix.Length + label.Length);
        prefix.CopyTo(structure[3..]);
        label.CopyTo(structure[(3 + prefix.Length)..]);
        var length = 3 + prefix.Length + label.Length;
        structure[length++] = (byte)context.Length;
        context.CopyTo(structure[length..]);
        Expand(hash, secret, structure[..(length + context.Length)], output);
        return true;
    }

    /// <summary>
    /// The next secret of the schedule: HKDF-Extract with the "derived" secret of the one before as salt. Null (empty)
    /// inputs are the strings of zeros that the RFC puts in their place.
    /// </summary>
    /// <param name="hash">The suite's hash.</param>
    /// <param name="previous">The secret before; empty for the first.</param>
    /// <param name="prefix">"tls13 ".</param>
    /// <param name="label">"derived".</param>
    /// <param name="input">The key exchange's or the PSK; empty for none.</param>
    /// <param name="output">As long as the hash.</param>
    internal static bool TryExtract(
        TlsHash hash,
        ReadOnlySpan<byte> previous,
        ReadOnlySpan<byte> prefix,
        ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> input,
        Span<byte> output)
    {
        var length = Hmac.Length(hash);
        if (output.Length != length) return false;
        Span<byte> buffer = stackalloc byte[3 * Hmac.MaxLength];
        buffer.Clear();
        var salt = buffer[..length];
        var zeros = buffer.Slice(length, length);
        if (!previous.IsEmpty)
        {
            var nothing = buffer.Slice(2 * length, length);
            Hmac.Hash(hash, default, nothing);
            if (!TryExpandLabel(hash, previous, prefix, label, nothing, salt)) return false;
        }

        using var mac = new Hmac(hash, salt);
        mac.Update(input.IsEmpty ? zeros : input);
        mac.Finish(output);
        CryptographicOperations.ZeroMemory(salt);
        return true;
    }

    /// <summary>P_hash(<paramref name="secret"/>, <paramref name="seed"/>); the label is the seed's beginning.</summary>
    internal static void Prf(TlsHash hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> seed, Span<byte> output)
    {
        var length = Hmac.Length(hash);
        Span<byte> buffer = stackalloc byte[2 * Hmac.MaxLength];
        var a = buffer[..length];
        var block = buffer.Slice(length, length);
        scoped var chain = seed;
        while (!output.IsEmpty)
        {
            using (var next = new Hmac(hash, secret))
            {
                next.Update(chain);
                next.Finish(a);
            }

            using (var part = new Hmac(hash, secret))
            {
                part.Update(a);
                part.Update(seed);
                part.Finish(block);
            }

            chain = a;
            output = Take(block, output);
        }

        CryptographicOperations.ZeroMemory(buffer);
    }

    private static void Expand(TlsHash hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> info, Span<byte> output)
    {
        Span<byte> block = stackalloc byte[Hmac.MaxLength];
        block = block[..Hmac.Length(hash)];
        for (var counter = 1; !output.IsEmpty; counter++)
        {
            using var mac = new Hmac(hash, secret);
            if (counter > 1) mac.Update(block);
            mac.Update(info);
            mac.Update([(byte)counter]);
            mac.Finish(block);
            output = Take(block, output);
        }

        CryptographicOperations.ZeroMemory(block);
    }

    private static Span<byte> Take(scoped ReadOnlySpan<byte> block, Span<byte> output)
    {
        var count = Math.Min(block.Length, output.Length);
        block[..count].CopyTo(output);
        return output[count..];
    }
}
