using System.Buffers;
using System.Collections.Frozen;

namespace ForwardSecretProxy.Routing;

/// <summary>
/// Request headers by which a proxy tells the service who the client is and how it came. From a client they are a
/// claim about itself that the service would believe, so they are discarded before anything looks at the request; from
/// a trusted proxy what is known has been taken out of them. What the proxy itself knows is set afterwards, by
/// <see cref="ClientCertificateHeaders"/> and YARP's transforms.
/// </summary>
internal static class ClientClaims
{
    // After the first: a client's certificate, as RFC 9440, this proxy, other proxies and clouds pass it on.
    private static readonly string[] Prefixes =
    [
        "x-forwarded",
        "client-cert", "x-client-cert", "x-client-verify", "x-client-dn", "x-client-s-dn", "x-client-subject",
        "ssl-client", "x-ssl-client", "x-ssl-cert", "x-ssl-subject", "x-ssl-verify",
        "x-tls-client", "tls-client", "x-arr-clientcert", "x-amzn-mtls", "cf-client-cert", "x-mtls",
    ];

    private static readonly SearchValues<char> Initials =
        SearchValues.Create([.. Prefixes.SelectMany(prefix => (char[])[prefix[0], char.ToUpperInvariant(prefix[0])])]);

    private static readonly SearchValues<char> SpelledAsItIs =
        SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

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
        var spelled = !name.AsSpan().ContainsAnyExcept(SpelledAsItIs)
            ? name
            : string.Create(name.Length, name, static (span, from) =>
            {
                for (var i = 0; i < span.Length; i++)
                    span[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '-';
            });
        return spelled.Length > 0 && HasPrefix(spelled) || Names.Contains(spelled);
    }

    private static bool HasPrefix(string name)
    {
        // Most headers of most requests begin with another letter.
        if (!Initials.Contains(name[0])) return false;
        foreach (var prefix in Prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
