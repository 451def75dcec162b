using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Relaying;

/// <summary>
/// Writes the header that tells a backend for whom the proxy connects: HAProxy's PROXY protocol
/// (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt; sections are that document's).
/// </summary>
internal static class ProxyHeaderWriter
{
    private const byte Alpn = 0x01;
    private const byte Authority = 0x02;
    private const byte Ssl = 0x20;
    private const byte SslVersion = 0x21;
    private const byte SslCipher = 0x23;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>The header of a connection that is made for a client.</summary>
    /// <param name="version">Empty for <see cref="ProxyProtocol.None"/>.</param>
    /// <param name="client">Who the client is.</param>
    /// <param name="local">Where it connected to.</param>
    /// <param name="session">What TLS agreed on with it; null when it speaks in the clear.</param>
    public static ReadOnlyMemory<byte> Write(ProxyProtocol version, IPEndPoint client, IPEndPoint local, TlsSessionInfo? session)
    {
        (client, local) = OfOneFamily(client, local);
        return version switch
        {
            ProxyProtocol.V1 => WriteLine(client, local),
            ProxyProtocol.V2 => WriteBinary(client, local, session),
            _ => ReadOnlyMemory<byte>.Empty,
        };
    }

    /// <summary>
    /// The header of a connection that is made for nobody, to see whether the backend is there: section 2.2's LOCAL. Version 1's
    /// UNKNOWN is refused by Postfix, which takes the proxy's own address instead.
    /// </summary>
    /// <param name="version">Empty for <see cref="ProxyProtocol.None"/>.</param>
    /// <param name="own">The connection's own side; null for a UNIX socket.</param>
    /// <param name="backend">The backend's side; null for a UNIX socket.</param>
    public static ReadOnlyMemory<byte> WriteLocal(ProxyProtocol version, IPEndPoint? own, IPEndPoint? backend) => version switch
    {
        ProxyProtocol.V1 when own is not null && backend is not null => WriteLine(WithoutZone(own), WithoutZone(backend)),
        ProxyProtocol.V1 => "PROXY UNKNOWN\r\n"u8.ToArray(),
        ProxyProtocol.V2 => (byte[])[.. Signature, 0x20, 0x00, 0x00, 0x00],
        _ => ReadOnlyMemory<byte>.Empty,
    };

    /// <summary>Section 2.1.</summary>
    private static byte[] WriteLine(IPEndPoint client, IPEndPoint local)
    {
        var family = client.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6";
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"PROXY {family} {client.Address} {local.Address} {client.Port} {local.Port}\r\n"));
    }

    /// <summary>Section 2.2.</summary>
    private static byte[] WriteBinary(IPEndPoint client, IPEndPoint local, TlsSessionInfo? session)
    {
        var body = new ArrayBufferWriter<byte>(256);
        body.Write(client.Address.GetAddressBytes());
        body.Write(local.Address.GetAddressBytes());
        WriteUInt16(body, (ushort)client.Port);
        WriteUInt16(body, (ushort)local.Port);
        if (session is not null) WriteSession(body, session);

        var header = new ArrayBufferWriter<byte>(Signature.Length + 4 + body.WrittenCount);
        header.Write(Signature);
        header.Write((ReadOnlySpan<byte>)[0x21, client.AddressFamily == AddressFamily.InterNetwork ? (byte)0x11 : (byte)0x21]);
        WriteUInt16(header, (ushort)body.WrittenCount);
        header.Write(body.WrittenSpan);
        return header.WrittenSpan.ToArray();
    }

    private static void WriteSession(ArrayBufferWriter<byte> body, TlsSessionInfo session)
    {
        if (session.ApplicationProtocol is { } protocol) WriteAddition(body, Alpn, Encoding.ASCII.GetBytes(protocol));
        if (session.ServerName is { } name) WriteAddition(body, Authority, Encoding.ASCII.GetBytes(name));

        // Section 2.2.6: what the client did (bit 0: it uses TLS, 1 and 2: it showed a certificate), whether that was
        // verified (0: it was), and then additions of its own.
        var ssl = new ArrayBufferWriter<byte>(64);
        ssl.Write((ReadOnlySpan<byte>)[session.ClientCertificate is null ? (byte)0x01 : (byte)0x07, 0, 0, 0, session.ClientCertificate is null ? (byte)1 : (byte)0]);
        WriteAddition(ssl, SslVersion, Encoding.ASCII.GetBytes(session.Version));
        WriteAddition(ssl, SslCipher, Encoding.ASCII.GetBytes(session.CipherSuite));
        WriteAddition(body, Ssl, ssl.WrittenSpan);
    }

    private static void WriteAddition(ArrayBufferWriter<byte> writer, byte type, ReadOnlySpan<byte> value)
    {
        writer.Write((ReadOnlySpan<byte>)[type]);
        WriteUInt16(writer, (ushort)value.Length);
        writer.Write(value);
    }

    private static void WriteUInt16(ArrayBufferWriter<byte> writer, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(writer.GetSpan(sizeof(ushort)), value);
        writer.Advance(sizeof(ushort));
    }

    /// <summary>A header has addresses of one family; behind a load balancer the client's may differ from ours.</summary>
    private static (IPEndPoint Client, IPEndPoint Local) OfOneFamily(IPEndPoint client, IPEndPoint local)
    {
        (client, local) = (Unmapped(client), Unmapped(local));
        return client.AddressFamily == local.AddressFamily ? (client, local) : (Mapped(client), Mapped(local));
    }

    private static IPEndPoint Unmapped(IPEndPoint address) =>
        address.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(address.Address.MapToIPv4(), address.Port) : WithoutZone(address);

    /// <summary>The zone of a link-local address means something on this machine only, and section 2.1 has no place for it.</summary>
    private static IPEndPoint WithoutZone(IPEndPoint address) =>
        address.Address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 }
            ? new IPEndPoint(new IPAddress(address.Address.GetAddressBytes()), address.Port) : address;

    private static IPEndPoint Mapped(IPEndPoint address) => new(address.Address.MapToIPv6(), address.Port);
}
