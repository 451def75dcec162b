using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>A server as people write it.</summary>
/// <param name="Host">A name in ASCII, its labels beyond that as A-labels (RFC 5890 section 2.3.2.1), or an address without brackets.</param>
/// <param name="Port">1 to 65535, or null where none was written.</param>
public sealed record HostAndPort(string Host, int? Port)
{
    /// <summary>Reads <c>HOST[:PORT]</c>, an IPv6 address in brackets.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HostAndPort? parsed)
    {
        parsed = null;
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.IndexOf(':', StringComparison.Ordinal);
        if (end < 0) end = text.Length;
        if (end == 0 || ReadHost(text[..end]) is not { } host) return false;
        if (end == text.Length)
            parsed = new HostAndPort(host, null);
        else if (text[end] == ':' && ushort.TryParse(text.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0)
            parsed = new HostAndPort(host, port);
        return parsed is not null;
    }

    /// <summary>Host and port as people write them.</summary>
    public static string Format(string host, int port) => string.Create(
        CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}");

    private static string? ReadHost(string text)
    {
        if (text is ['[', .. var inner, ']'])
            return IPAddress.TryParse(inner, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6 ? inner : null;
        if (ToAscii(text) is not { } host || Uri.CheckHostName(host) == UriHostNameType.Unknown) return null;
        // "443" and "10.1" are addresses to the socket library, and a slip of the hand to everybody else.
        return !IPAddress.TryParse(host, out var v4) || v4.ToString() == host ? host : null;
    }

    private static string? ToAscii(string text)
    {
        if (Ascii.IsValid(text)) return text;
        // IdnMapping maps nothing in an application without culture data: capital letters are made small here, and what nobody can see
        // (a name in disguise) is refused.
        if (!text.EnumerateRunes().All(IsVisible)) return null;
        try
        {
            return new IdnMapping().GetAscii(text.ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsVisible(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '.' or '\u3002' || Rune.GetUnicodeCategory(rune) is
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;
}
