using System.Buffers.Binary;
using System.Net;

namespace ForwardSecretProxy.Clients;

/// <summary>
/// What counts as one client: an IPv4 address, or an IPv6 network of 64 bits, which is the least that one subscriber has
/// (RFC 6177) and within which a machine takes what address it likes.
/// </summary>
internal static class ClientKey
{
    /// <summary>The key of an address; never zero.</summary>
    public static ulong Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        if (length == 4) return OfVersion4(BinaryPrimitives.ReadUInt32BigEndian(bytes));
        return address.IsIPv4MappedToIPv6
            ? OfVersion4(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]))
            : OfVersion6(BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }

    /// <summary>Of ::/64 it is ::1 that has connections (RFC 4291 section 2.5.3): the same machine as 127.0.0.1.</summary>
    private static ulong OfVersion6(ulong network) => network == 0 ? OfVersion4(0x7F00_0001) : network;

    /// <summary>In ff00::/8, where there are no clients (RFC 4291 section 2.7).</summary>
    private static ulong OfVersion4(uint address) => 0xFFFF_FFFF_0000_0000 | address;
}
