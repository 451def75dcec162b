using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace ForwardSecretProxy.Clients;

/// <summary>
/// IP addresses as other programs write them, read strictly. .NET also takes <c>1</c>, <c>0x7f.1</c>, <c>010.0.0.1</c> and
/// zones, each of which somebody else may read as another address.
/// </summary>
internal static class AddressText
{
    private const int MaxLength = 45;

    private static readonly SearchValues<char> Version6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>
    /// Reads an address: four decimal numbers without leading zeros (RFC 6943 section 3.1.1), or RFC 4291 section 2.2
    /// without a zone. An IPv4-mapped one (<c>::ffff:192.0.2.1</c>) is the IPv4 address.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        var isVersion6 = text.Contains(':');
        if (text.Length is 0 or > MaxLength || !(isVersion6 ? HasOnlyVersion6(text) : IsDottedDecimal(text))) return false;
        if (!IPAddress.TryParse(text, out var parsed)) return false;
        address = Unmapped(parsed);
        return parsed.AddressFamily == (isVersion6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);
    }

    /// <summary>
    /// Reads an address that a port may follow: <c>192.0.2.1:80</c>, <c>[2001:db8::1]:80</c>, <c>[2001:db8::1]</c>. The port
    /// is passed over.
    /// </summary>
    public static bool TryParseWithPort(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text is ['[', .. var rest])
        {
            var end = rest.IndexOf(']');
            return end > 0
                && rest[..end].Contains(':')
                && (end == rest.Length - 1 || (rest[end + 1] == ':' && IsPort(rest[(end + 2)..])))
                && TryParse(rest[..end], out address);
        }

        var colon = text.IndexOf(':');
        var hasPort = colon >= 0 && text.LastIndexOf(':') == colon;
        return (!hasPort || IsPort(text[(colon + 1)..])) && TryParse(hasPort ? text[..colon] : text, out address);
    }

    /// <summary>The address itself, or the IPv4 address that it stands for on a socket of both families.</summary>
    public static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool HasOnlyVersion6(ReadOnlySpan<char> text)
    {
        var lastColon = text.LastIndexOf(':');
        var tail = text[(lastColon + 1)..];
        return !text.ContainsAnyExcept(Version6Characters)
            && !text[..lastColon].Contains('.')
            && (!tail.Contains('.') || IsDottedDecimal(tail));
    }

    private static bool IsDottedDecimal(ReadOnlySpan<char> text)
    {
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9')) return false;
            if (part.Length > 1 && part[0] == '0') return false;
        }

        return parts == 4;
    }

    /// <summary>Whether <paramref name="text"/> is a port's number, as far as its digits go.</summary>
    public static bool IsPort(ReadOnlySpan<char> text) => text.Length is > 0 and <= 5 && !text.ContainsAnyExceptInRange('0', '9');
}
