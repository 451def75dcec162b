using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace ForwardSecretProxy.Configuration;

/// <summary>An IP address with its port, as <c>127.0.0.1:443</c> or <c>[::1]:443</c>.</summary>
internal static class HostAndPort
{
    /// <summary>Reads one; the port must be there.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? address)
    {
        // Without a colon after the address the port would be read as 0, which nobody means.
        var lastColon = text.LastIndexOf(':');
        if (lastColon > 0
            && (text[0] != '[' || text[lastColon - 1] == ']')
            && (text[0] == '[' || text.IndexOf(':', StringComparison.Ordinal) == lastColon)
            && IPEndPoint.TryParse(text, out address))
            return true;

        address = null;
        return false;
    }
}
