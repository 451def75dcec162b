using System.Buffers;
using System.Net;
using Microsoft.Extensions.Primitives;

namespace ForwardSecretProxy.Clients;

/// <summary>
/// What a trusted proxy in front says about a request: X-Forwarded-For, -Proto and -Host. It is made the request's own
/// address, scheme and host, so that whatever looks at those sees the real client's.
/// </summary>
/// <remarks>
/// <c>Forwarded</c> (RFC 7239) is not read: a proxy that sets one of the two passes the other on as the client sent it.
/// </remarks>
internal static class ForwardedClaims
{
    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";
    private const string Host = "X-Forwarded-Host";
    private const int MaxHostLength = 260;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    /// <summary>Takes the claims over when they come from one of <paramref name="trusted"/>. The headers stay as they are.</summary>
    public static void Apply(HttpContext context, TrustedProxies trusted)
    {
        if (trusted.IsEmpty || context.Connection.RemoteIpAddress is not { } peer || !trusted.Contains(peer)) return;

        var request = context.Request;
        var client = FindClient(peer, request.Headers[For].ToString(), trusted, out var proxies);
        if (!ReferenceEquals(client, peer))
        {
            context.Connection.RemoteIpAddress = client;
            // Not said, and the proxy's own would be taken for it.
            context.Connection.RemotePort = 0;
        }

        var proto = FindClaim(request.Headers[Proto], proxies);
        if (proto.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase)) request.Scheme = Uri.UriSchemeHttps;
        else if (proto.Equals(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase)) request.Scheme = Uri.UriSchemeHttp;

        var host = FindClaim(request.Headers[Host], proxies);
        if (IsHost(host)) request.Host = new HostString(host.ToString());
    }

    /// <summary>
    /// Goes from the proxy that is connected leftwards through the list, in which each proxy has appended whom it was
    /// connected to, for as long as who is there is trusted: the first who is not is the client, and what is left of it is
    /// the client's own word.
    /// </summary>
    /// <param name="peer">The trusted proxy that is connected.</param>
    /// <param name="list">The whole list.</param>
    /// <param name="trusted">Whose word counts.</param>
    /// <param name="proxies">How many trusted proxies the request came through.</param>
    internal static IPAddress FindClient(IPAddress peer, ReadOnlySpan<char> list, TrustedProxies trusted, out int proxies)
    {
        var client = peer;
        proxies = 1;
        while (TakeLast(ref list, out var entry) && AddressText.TryParseWithPort(entry, out var address))
        {
            client = address;
            if (!trusted.Contains(address)) break;
            proxies++;
        }

        return client;
    }

    /// <summary>
    /// What the proxy farthest out has said, of those that are trusted: each appends to the list, or puts its own in its place.
    /// </summary>
    internal static ReadOnlySpan<char> FindClaim(StringValues values, int proxies)
    {
        ReadOnlySpan<char> list = values.ToString();
        var claim = ReadOnlySpan<char>.Empty;
        while (proxies-- > 0 && TakeLast(ref list, out var entry)) claim = entry;
        return claim;
    }

    private static bool TakeLast(scoped ref ReadOnlySpan<char> list, out ReadOnlySpan<char> entry)
    {
        var any = !list.IsEmpty;
        var comma = list.LastIndexOf(',');
        entry = list[(comma + 1)..].Trim(" \t");
        list = comma < 0 ? [] : list[..comma];
        return any;
    }

    /// <summary>RFC 3986 section 3.2.2, without what nobody uses in HTTP: a name or an address, and perhaps a port.</summary>
    private static bool IsHost(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxHostLength) return false;
        if (text[0] == '[') return AddressText.TryParseWithPort(text, out _);
        var colon = text.IndexOf(':');
        var name = colon < 0 ? text : text[..colon];
        return !name.IsEmpty
            && !name.ContainsAnyExcept(NameCharacters)
            && (colon < 0 || AddressText.IsPort(text[(colon + 1)..]));
    }
}
