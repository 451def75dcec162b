using System.Buffers;

namespace ForwardSecretProxy.Requests;

/// <summary>
/// What a request's target must not be (RFC 9112 section 3.2, RFC 3986). Kestrel decodes the path and removes its dot
/// segments, routes match the result, and that is what is forwarded; so no target may pass whose decoded path could
/// mean something else to the service than it did to the routes.
/// </summary>
internal static class RequestTarget
{
    private const string EncodedPercent = "%25";
    private const string EncodedSlash = "%2F";

    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\");

    private static readonly Refusal Character = Refusal.BadRequest("its target holds a character that must be percent-encoded");
    private static readonly Refusal Form = Refusal.BadRequest("its target is neither a path nor an absolute URI of this scheme");
    private static readonly Refusal UserInfo = Refusal.BadRequest("its target holds user information");
    private static readonly Refusal AbsoluteEscape = Refusal.BadRequest("its target is an absolute URI with percent-encoding in the path");
    private static readonly Refusal Escape = Refusal.BadRequest("a percent sign in its path is followed by no two hexadecimal digits");
    private static readonly Refusal MixedEscapes = Refusal.BadRequest("its path holds %25 beside an escape that is not decoded");
    private static readonly Refusal HiddenDots = Refusal.BadRequest("its path holds a dot segment in disguise");

    /// <summary>The reason against a target; null when there is none.</summary>
    /// <param name="raw">As the client sent it.</param>
    /// <param name="scheme">Of the connection it came by.</param>
    /// <param name="decoded">The path as Kestrel decoded it, which routes match.</param>
    public static Refusal? Check(string raw, string scheme, string? decoded)
    {
        if (raw.AsSpan().ContainsAnyExceptInRange('!', '~') || raw.Contains('#', StringComparison.Ordinal))
            return Character;

        var path = PathOf(raw);
        if (!raw.StartsWith('/') && CheckAbsolute(raw, scheme, path) is { } refusal)
            return refusal;
        if (path.Contains('%') && CheckEscapes(path, decoded) is { } escape)
            return escape;
        return decoded is not null && decoded.Contains("..", StringComparison.Ordinal) && HasHiddenDots(decoded) ? HiddenDots : null;
    }

    /// <summary>
    /// Whether each percent sign of a decoded path begins an escape that Kestrel left as the client sent it (an encoded
    /// slash, or bytes that are no UTF-8), so that encoding it once more would change it.
    /// </summary>
    public static bool HasKeptEscapes(string raw, string? decoded) =>
        decoded is not null && decoded.Contains('%', StringComparison.Ordinal)
        && !PathOf(raw).Contains(EncodedPercent, StringComparison.Ordinal);

    private static ReadOnlySpan<char> PathOf(string raw)
    {
        var query = raw.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? raw : raw.AsSpan(0, query);
    }

    /// <summary>
    /// The absolute form (RFC 9112 section 3.2.2). Its path is decoded by another rule, after which an encoded slash is
    /// no different from a slash; no client that is not up to something needs it here.
    /// </summary>
    private static Refusal? CheckAbsolute(string raw, string scheme, ReadOnlySpan<char> path)
    {
        if (!raw.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            || !raw.AsSpan(scheme.Length).StartsWith("://", StringComparison.Ordinal))
            return Form;
        var rest = path[(scheme.Length + 3)..];
        var slash = rest.IndexOf('/');
        if ((slash < 0 ? rest : rest[..slash]).Contains('@'))
            return UserInfo;
        return path.Contains('%') ? AbsoluteEscape : null;
    }

    private static Refusal? CheckEscapes(ReadOnlySpan<char> path, string? decoded)
    {
        var percents = 0;
        for (var at = path.IndexOf('%'); at >= 0;)
        {
            if (at + 2 >= path.Length || !char.IsAsciiHexDigit(path[at + 1]) || !char.IsAsciiHexDigit(path[at + 2]))
                return Escape;
            if (path[at..].StartsWith(EncodedPercent, StringComparison.Ordinal))
                percents++;
            var next = path[(at + 3)..].IndexOf('%');
            at = next < 0 ? -1 : at + 3 + next;
        }

        // The decoded path cannot tell which of its percent signs was which.
        return percents > 0
            && (percents != decoded.AsSpan().Count('%') || path.Contains(EncodedSlash, StringComparison.OrdinalIgnoreCase))
            ? MixedEscapes
            : null;
    }

    /// <summary>
    /// Whether a service that takes <c>\</c> or <c>%2F</c> for a slash, or drops what follows a semicolon in a segment
    /// (Java servlets do), would climb up the path.
    /// </summary>
    private static bool HasHiddenDots(string decoded)
    {
        var path = decoded.Replace(EncodedSlash, "/", StringComparison.OrdinalIgnoreCase).AsSpan();
        foreach (var range in path.SplitAny(Separators))
        {
            var segment = path[range];
            var parameters = segment.IndexOf(';');
            if ((parameters < 0 ? segment : segment[..parameters]) is "..")
                return true;
        }

        return false;
    }
}
