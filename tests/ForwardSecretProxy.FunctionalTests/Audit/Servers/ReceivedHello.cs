using System.Buffers.Binary;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>The first record of a client, as far as a scripted server has to understand it.</summary>
internal sealed record ReceivedHello(byte[] Record)
{
    private const int SessionIdAt = 5 + 4 + 2 + 32;
    private const ushort SupportedVersions = 43;

    /// <summary>Whether it is a CLIENT-HELLO of SSL 2.0 that offers nothing newer: two bytes of length, type, version.</summary>
    public bool IsSsl2 => IsInSsl2Format(Record) && Record.AsSpan(2).StartsWith("\u0001\0\u0002"u8);

    /// <summary>Whether it offers TLS 1.3 (RFC 8446 section 4.2.1).</summary>
    public bool OffersTls13 => Extension(SupportedVersions).ToArray().Skip(1).Chunk(2).Any(version => version is [3, 4]);

    /// <summary>Whether DEFLATE (RFC 3749) is among the compression methods.</summary>
    public bool OffersDeflate => CompressionMethods().Slice(1, CompressionMethods()[0]).Contains((byte)1);

    /// <summary>The session ID (RFC 5246 section 7.4.1.2).</summary>
    public ReadOnlySpan<byte> SessionId => Record.AsSpan(SessionIdAt + 1, Record[SessionIdAt]);

    /// <summary>Reads it off a connection; null when that ends before.</summary>
    public static async Task<ReceivedHello?> ReadAsync(Stream stream, CancellationToken stop)
    {
        var header = new byte[5];
        if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, stop) < header.Length)
            return null;
        // Of SSL 2.0, three of the five are the record's body already.
        var length = IsInSsl2Format(header)
            ? Math.Max((BinaryPrimitives.ReadUInt16BigEndian(header) & 0x7fff) - 3, 0)
            : BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(3));
        var body = new byte[length];
        return await stream.ReadAtLeastAsync(body, length, throwOnEndOfStream: false, stop) < length
            ? null
            : new ReceivedHello([.. header, .. body]);
    }

    private static bool IsInSsl2Format(byte[] record) => (record[0] & 0x80) != 0;

    private ReadOnlySpan<byte> CompressionMethods()
    {
        var suites = Record.AsSpan(SessionIdAt + 1 + SessionId.Length);
        return suites[(2 + BinaryPrimitives.ReadUInt16BigEndian(suites))..];
    }

    private ReadOnlySpan<byte> Extension(ushort type)
    {
        var methods = CompressionMethods();
        var rest = methods[(1 + methods[0])..];
        rest = rest.Length > 2 ? rest[2..] : [];
        while (rest.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (BinaryPrimitives.ReadUInt16BigEndian(rest) == type)
                return rest.Slice(4, length);
            rest = rest[(4 + length)..];
        }

        return [];
    }
}
