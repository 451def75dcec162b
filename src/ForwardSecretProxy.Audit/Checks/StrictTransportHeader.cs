using System.Globalization;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>The header's value.</summary>
internal static class StrictTransportHeader
{
    /// <summary>The max-age in seconds, or null when there is no valid one (RFC 6797 section 6.1.1).</summary>
    public static long? MaxAge(string value)
    {
        foreach (var directive in value.Split(';', StringSplitOptions.TrimEntries))
        {
            var equals = directive.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && directive[..equals].TrimEnd().Equals("max-age", StringComparison.OrdinalIgnoreCase))
            {
                return long.TryParse(directive[(equals + 1)..].Trim().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    ? seconds : null;
            }
        }

        return null;
    }
}
