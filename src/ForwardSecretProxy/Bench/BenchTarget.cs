using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace ForwardSecretProxy.Bench;

/// <summary>The server that is measured, as it was written.</summary>
/// <param name="Host">A host name or an address, without brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed record BenchTarget(string Host, int Port)
{
    /// <summary>The name to send in SNI: none for an address (RFC 6066 section 3).</summary>
    public string? ServerName => IPAddress.TryParse(Host, out _) ? null : Host;

    /// <summary>Reads <c>HOST:PORT</c>, an IPv6 address in brackets.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BenchTarget? target)
    {
        target = null;
        var colon = text.LastIndexOf(':');
        if (colon < 1)
            return false;
        var host = text[..colon];
        if (host is ['[', .. var inner, ']'])
            host = IPAddress.TryParse(inner, out _) ? inner : "";
        else if (host.Contains(':', StringComparison.Ordinal))
            return false;

        if (Uri.CheckHostName(host) == UriHostNameType.Unknown
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port == 0)
            return false;
        target = new BenchTarget(host, port);
        return true;
    }

    /// <summary>
    /// Whether load may be sent without the owner's word: only when there are addresses and every one is this machine's
    /// own (127.0.0.0/8, ::1, or the former in IPv6's clothes). A name with one foreign address is foreign.
    /// </summary>
    public static bool IsLoopback(IReadOnlyCollection<IPAddress> addresses) =>
        addresses.Count > 0 && addresses.All(IPAddress.IsLoopback);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
