using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Clients;

namespace ForwardSecretProxy.Configuration;

/// <summary>
/// Where a relay's backend listens: <c>127.0.0.1:143</c>, <c>mail.internal:143</c>, <c>[::1]:143</c> or
/// <c>unix:/run/dovecot/imap</c>.
/// </summary>
/// <param name="Host">An IP address or a host name; for a UNIX socket its absolute path.</param>
/// <param name="Port">The port; 0 for a UNIX socket.</param>
internal sealed record BackendAddress(string Host, int Port)
{
    private const string UnixPrefix = "unix:";

    /// <summary>sockaddr_un's 108 bytes with their zero (unix(7)).</summary>
    private const int LongestPath = 107;

    /// <summary>Whether it is a UNIX socket.</summary>
    public bool IsUnix => Port == 0;

    /// <summary>Reads one; false when it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BackendAddress? address)
    {
        address = null;
        if (text.StartsWith(UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            var path = text[UnixPrefix.Length..];
            if (path.StartsWith('/') && System.Text.Encoding.UTF8.GetByteCount(path) <= LongestPath)
                address = new BackendAddress(path, 0);
            return address is not null;
        }

        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            return false;
        var host = text[..colon];
        if (host is ['[', .., ']'])
            host = IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6
                ? ip.ToString() : "";
        else if (!IsHost(host))
            host = "";
        if (host.Length > 0) address = new BackendAddress(host, port);
        return address is not null;
    }

    /// <summary>A name, or an IPv4 address of four decimal numbers: what else ends in a number is read in more than one way.</summary>
    private static bool IsHost(string text) => text.Split('.')[^1] is { Length: > 0 } last && last.All(char.IsAsciiDigit)
        ? AddressText.TryParse(text, out _)
        : Uri.CheckHostName(text) == UriHostNameType.Dns;

    /// <inheritdoc/>
    public override string ToString() => IsUnix
        ? UnixPrefix + Host
        : string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
