using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ForwardSecretProxy.Configuration;

/// <summary>The address of the admin listener as text: an IP address and a port, or <c>unix:</c> and an absolute path.</summary>
internal static class AdminAddress
{
    private const string UnixPrefix = "unix:";

    /// <summary>The longest path of a socket, in bytes: sun_path without its final zero (unix(7)).</summary>
    private const int MaxPathBytes = 107;

    /// <summary>Reads one; null when it is none.</summary>
    public static EndPoint? Parse(string text)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            var path = text[UnixPrefix.Length..];
            return path.StartsWith('/') && Encoding.UTF8.GetByteCount(path) <= MaxPathBytes && !path.Contains('\0')
                ? new UnixDomainSocketEndPoint(path)
                : null;
        }

        return HostAndPort.TryParse(text, out var address) ? address : null;
    }

    /// <summary>The text of <paramref name="address"/>, as <see cref="Parse"/> reads it.</summary>
    public static string Format(EndPoint address) =>
        address is UnixDomainSocketEndPoint socket ? $"{UnixPrefix}{socket}" : address.ToString()!;
}
