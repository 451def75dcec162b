using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;

namespace ForwardSecretProxy.Clients;

/// <summary>
/// The header that a load balancer sends before anything else on a connection, to say for whom it connects: HAProxy's PROXY
/// protocol, versions 1 and 2 (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt; sections are that document's).
/// </summary>
/// <param name="Status">Whether it is a header.</param>
/// <param name="Length">The header's length in bytes when it is complete; what follows it is the client's.</param>
/// <param name="Client">The client's address; null when the header leaves it at the connection's own.</param>
internal readonly record struct ProxyHeader(ProxyHeaderStatus Status, int Length = 0, IPEndPoint? Client = null)
{
    /// <summary>The longest header that is accepted, in bytes: version 2 with 4 KiB of addresses and additions.</summary>
    public const int MaxLength = FixedLength + 4096;

    /// <summary>Section 2.1: "If the CRLF sequence is not found in the first 107 characters", the line is invalid.</summary>
    private const int MaxLineLength = 107;

    /// <summary>Section 2.2: signature, version and command, family and transport, length.</summary>
    private const int FixedLength = 16;

    private const int Crc32CType = 0x03;

    private static ReadOnlySpan<byte> Version1 => "PROXY "u8;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Looks at the first bytes of a connection. They may be cut off anywhere.</summary>
    public static ProxyHeader Parse(ReadOnlySpan<byte> bytes)
    {
        if (IsBegunBy(Signature, bytes)) return ParseVersion2(bytes);
        return IsBegunBy(Version1, bytes) ? ParseVersion1(bytes) : new(ProxyHeaderStatus.Invalid);
    }

    private static bool IsBegunBy(ReadOnlySpan<byte> mark, ReadOnlySpan<byte> bytes)
    {
        var common = Math.Min(mark.Length, bytes.Length);
        return mark[..common].SequenceEqual(bytes[..common]);
    }

    /// <summary>Section 2.1: <c>PROXY TCP4 192.0.2.1 192.0.2.2 56324 443</c>, and a line end.</summary>
    private static ProxyHeader ParseVersion1(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n"u8);
        if (end < 0) return new(bytes.Length < MaxLineLength ? ProxyHeaderStatus.Incomplete : ProxyHeaderStatus.Invalid);
        var length = end + 2;
        if (length > MaxLineLength) return new(ProxyHeaderStatus.Invalid);

        var line = bytes[Version1.Length..end];
        // "The receiver must ignore anything presented before the CRLF is found."
        if (line.SequenceEqual("UNKNOWN"u8) || line.StartsWith("UNKNOWN "u8)) return new(ProxyHeaderStatus.Complete, length);

        Span<char> text = stackalloc char[MaxLineLength];
        text = text[..Encoding.Latin1.GetChars(line, text)];
        return ReadAddresses(text) is { } client ? new(ProxyHeaderStatus.Complete, length, client) : new(ProxyHeaderStatus.Invalid);
    }

    private static IPEndPoint? ReadAddresses(ReadOnlySpan<char> line)
    {
        Span<Range> parts = stackalloc Range[6];
        if (line.Split(parts, ' ') != 5) return null;
        var isVersion6 = line[parts[0]] is "TCP6";
        if (!isVersion6 && line[parts[0]] is not "TCP4") return null;
        return ReadAddress(line[parts[1]], isVersion6) is { } source
            && ReadAddress(line[parts[2]], isVersion6) is not null
            && ReadPort(line[parts[3]]) is { } port
            && ReadPort(line[parts[4]]) is not null
            ? new IPEndPoint(source, port)
            : null;
    }

    private static IPAddress? ReadAddress(ReadOnlySpan<char> text, bool isVersion6) =>
        text.Contains(':') == isVersion6 && AddressText.TryParse(text, out var address) ? address : null;

    /// <summary>"A decimal number in the range [0..65535] inclusive", without leading zeros.</summary>
    private static int? ReadPort(ReadOnlySpan<char> text) =>
        (text.Length == 1 || text is not ['0', ..])
        && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;

    /// <summary>Section 2.2.</summary>
    private static ProxyHeader ParseVersion2(ReadOnlySpan<byte> bytes)
    {
        const int version = 0x20, local = 0x00, proxy = 0x01;
        if (bytes.Length > 12 && bytes[12] is not (version | local) and not (version | proxy)) return new(ProxyHeaderStatus.Invalid);
        if (bytes.Length < FixedLength) return new(ProxyHeaderStatus.Incomplete);
        var length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (length > MaxLength) return new(ProxyHeaderStatus.Invalid);
        if (bytes.Length < length) return new(ProxyHeaderStatus.Incomplete);

        var header = bytes[..length];
        // "The receiver must accept this connection as valid [...] and discard the protocol block including the family".
        return header[12] == (version | local) ? new(ProxyHeaderStatus.Complete, length) : ReadClient(header);
    }

    private static ProxyHeader ReadClient(ReadOnlySpan<byte> header)
    {
        const int tcp4 = 0x11, tcp6 = 0x21, lastFamily = 0x30, lastTransport = 0x02;
        var kind = header[13];
        var addressLength = kind switch { tcp4 => 4, tcp6 => 16, _ => 0 };
        if (addressLength == 0)
        {
            // What is valid and not supported (UDP, UNIX sockets) is treated as unspecified, as the section asks.
            return (kind & 0xF0) <= lastFamily && (kind & 0x0F) <= lastTransport
                ? new(ProxyHeaderStatus.Complete, header.Length)
                : new(ProxyHeaderStatus.Invalid);
        }

        var additions = FixedLength + (2 * addressLength) + (2 * sizeof(ushort));
        if (header.Length < additions || !AreIntact(header, additions)) return new(ProxyHeaderStatus.Invalid);
        var address = AddressText.Unmapped(new IPAddress(header.Slice(FixedLength, addressLength)));
        var port = BinaryPrimitives.ReadUInt16BigEndian(header[(FixedLength + (2 * addressLength))..]);
        return new(ProxyHeaderStatus.Complete, header.Length, new IPEndPoint(address, port));
    }

    /// <summary>Whether the additions (type, length, value) fill the rest, and the checksum is right where there is one.</summary>
    private static bool AreIntact(ReadOnlySpan<byte> header, int position)
    {
        while (header.Length - position >= 3)
        {
            var (type, length) = (header[position], BinaryPrimitives.ReadUInt16BigEndian(header[(position + 1)..]));
            position += 3;
            if (length > header.Length - position) return false;
            if (type == Crc32CType && !(length == sizeof(uint) && HasChecksum(header, position))) return false;
            position += length;
        }

        return position == header.Length;
    }

    /// <summary>Section 2.2.3: CRC32c (RFC 4960 appendix B) over the header, with zeros in the checksum's place.</summary>
    private static bool HasChecksum(ReadOnlySpan<byte> header, int position)
    {
        var crc = uint.MaxValue;
        for (var i = 0; i < header.Length; i++)
            crc = BitOperations.Crc32C(crc, i - position is >= 0 and < sizeof(uint) ? (byte)0 : header[i]);
        return ~crc == BinaryPrimitives.ReadUInt32BigEndian(header[position..]);
    }
}

/// <summary>What the first bytes of a connection are.</summary>
internal enum ProxyHeaderStatus
{
    /// <summary>The beginning of a header, so far.</summary>
    Incomplete,

    /// <summary>A header, and perhaps more after it.</summary>
    Complete,

    /// <summary>No header, whatever follows.</summary>
    Invalid,
}
