using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>PROXY protocol headers by the specification's text, apart from the proxy's own code for them.</summary>
internal static class ProxyHeaders
{
    private const byte Proxied = 0x21;
    private const byte Local = 0x20;
    private const byte TcpOverIpv4 = 0x11;

    /// <summary>The header by its name in a test, from the client that is given.</summary>
    public static byte[] Named(string name, string client) => name switch
    {
        "v1" => Encoding.ASCII.GetBytes($"PROXY TCP4 {client} 192.0.2.1 56324 25\r\n"),
        "v1 unknown" => "PROXY UNKNOWN\r\n"u8.ToArray(),
        "v2" => Version2(Proxied, TcpOverIpv4, Addresses(client)),
        "v2 with tls" => Version2(Proxied, TcpOverIpv4, [.. Addresses(client), .. Tls(client: 1)]),
        "v2 without tls" => Version2(Proxied, TcpOverIpv4, [.. Addresses(client), .. Tls(client: 0)]),
        "v2 local" => Version2(Local, 0, []),
        "none" => [],
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static byte[] Version2(byte command, byte family, byte[] content)
    {
        byte[] header = [.. "\r\n\r\n\0\r\nQUIT\n"u8, command, family, 0, 0, .. content];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), (ushort)content.Length);
        return header;
    }

    private static byte[] Addresses(string client) =>
        [.. IPAddress.Parse(client).GetAddressBytes(), .. IPAddress.Parse("192.0.2.1").GetAddressBytes(), 0xdc, 0x04, 0, 25];

    // PP2_TYPE_SSL: the client's bits, the result of its certificate's verification, PP2_SUBTYPE_SSL_VERSION.
    private static byte[] Tls(byte client) => Element(0x20, [client, 0, 0, 0, 0, .. Element(0x21, "TLSv1.3"u8)]);

    private static byte[] Element(byte type, ReadOnlySpan<byte> value) => [type, 0, (byte)value.Length, .. value];
}
