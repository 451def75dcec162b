using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Logging;

/// <summary>A client's address as far as it may be written.</summary>
internal static class ClientAddress
{
    /// <summary>What stands for an address that is not to be written, or that nobody knows.</summary>
    public const string Hidden = "-";

    // The networks that providers commonly give to many customers (IPv4) or to one site (IPv6, RFC 6177).
    private const int Ipv4Bits = 24;
    private const int Ipv6Bits = 48;

    /// <summary>The address of <paramref name="client"/>, a network it is in, or <see cref="Hidden"/>.</summary>
    public static string Format(EndPoint? client, LoggedAddress detail) =>
        Format((client as IPEndPoint)?.Address, detail);

    /// <inheritdoc cref="Format(EndPoint?, LoggedAddress)"/>
    public static string Format(IPAddress? client, LoggedAddress detail)
    {
        if (client is null || detail == LoggedAddress.None)
            return Hidden;
        if (client.IsIPv4MappedToIPv6)
            client = client.MapToIPv4();
        return detail == LoggedAddress.Full ? client.ToString() : Network(client);
    }

    private static string Network(IPAddress address)
    {
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? Ipv4Bits : Ipv6Bits;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(bits / 8).Clear();
        return new IPNetwork(new IPAddress(bytes), bits).ToString();
    }
}
