using System.Globalization;

namespace ForwardSecretProxy.Configuration;

/// <summary>
/// The <c>Hsts</c> section: HTTP Strict Transport Security (RFC 6797), by which browsers come with https only. Off by
/// default: they cannot be told otherwise for as long as it lasts, not even when a host of the name turns out to have no
/// https.
/// </summary>
internal sealed class HstsOptions
{
    private string? _header;

    /// <summary>
    /// <c>MaxAge</c>: for how long browsers remember. Default: none, and there is no header; <c>"0s"</c> makes them forget.
    /// Example: <c>"365d"</c>.
    /// </summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>
    /// <c>IncludeSubDomains</c>: whether it holds for every name below, too. Default <c>false</c>: those may be others'.
    /// </summary>
    public bool IncludeSubDomains { get; init; }

    /// <summary>
    /// <c>Preload</c>: whether the domain may be put on the list that browsers are delivered with. Default <c>false</c>:
    /// getting off that list takes months.
    /// </summary>
    public bool Preload { get; init; }

    /// <summary>The header's value (RFC 6797 section 6.1); null for no header.</summary>
    public string? Header => MaxAge is { } maxAge ? _header ??= Format(maxAge) : null;

    private string Format(TimeSpan maxAge) =>
        string.Create(CultureInfo.InvariantCulture, $"max-age={(long)maxAge.TotalSeconds}")
        + (IncludeSubDomains ? "; includeSubDomains" : "")
        + (Preload ? "; preload" : "");
}
