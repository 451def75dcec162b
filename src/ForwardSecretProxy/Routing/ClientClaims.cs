using System.Collections.Frozen;

namespace ForwardSecretProxy.Routing;

/// <summary>
/// Request headers by which a proxy tells the service who the client is and how it came. From a client they are a
/// claim about itself that the service would believe, so they are discarded before anything looks at the request.
/// What the proxy itself knows is set afterwards, by YARP's transforms.
/// </summary>
internal static class ClientClaims
{
    private const string Prefix = "x-forwarded";

    // RFC 7239, and what common services and their frameworks read beside it.
    private static readonly FrozenSet<string> Names = new[]
    {
        "forwarded",
        "x-real-ip", "x-client-ip", "client-ip", "true-client-ip", "x-cluster-client-ip", "x-remote-addr",
        "cf-connecting-ip", "fastly-client-ip",
        "x-original-for", "x-original-host", "x-original-proto",
        "x-scheme", "x-url-scheme", "front-end-https",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Removes them from <paramref name="headers"/>.</summary>
    public static void Discard(IHeaderDictionary headers)
    {
        List<string>? claims = null;
        foreach (var header in headers)
        {
            if (IsClaim(header.Key))
                (claims ??= []).Add(header.Key);
        }
        if (claims is null)
            return;
        foreach (var name in claims)
            headers.Remove(name);
    }

    /// <summary>
    /// Whether <paramref name="name"/> is such a header, in any spelling that a service may take for it: CGI
    /// (RFC 3875 section 4.1.18) and what descends from it cannot tell <c>X_Forwarded_For</c> from
    /// <c>X-Forwarded-For</c>.
    /// </summary>
    public static bool IsClaim(string name)
    {
        var spelled = name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? name
            : string.Create(name.Length, name, static (span, from) =>
            {
                for (var i = 0; i < span.Length; i++)
                    span[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '-';
            });
        return spelled.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || Names.Contains(spelled);
    }
}
