using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace ForwardSecretProxy.Requests;

/// <summary>
/// What a request must not be, because two servers in a row could read it differently, and whoever can make them
/// disagree can slip a request past the first. Kestrel refuses most such requests before anything sees them; here is
/// what it lets pass, or mends where RFC 9112 allows a server to. Requests are refused, never repaired.
/// </summary>
internal static class RequestRules
{
    private const string Chunked = "chunked";
    private const string WebSocket = "websocket";

    // Kestrel puts it in the place of a Content-Length beside a Transfer-Encoding.
    private const string LengthBesideCoding = "X-Content-Length";

    // RFC 9110 section 5.6.2.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // RFC 9110 section 5.5: everything below space but the tab, and DEL.
    private static readonly SearchValues<char> ControlCharacters = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(c => c != '\t').Append(0x7f).Select(c => (char)c)]);

    private static readonly Refusal UnknownMethod = new(StatusCodes.Status501NotImplemented, "its method is not forwarded");
    private static readonly Refusal Expectation = new(StatusCodes.Status417ExpectationFailed, "it expects something other than 100-continue");
    private static readonly Refusal MethodCase = Refusal.BadRequest("its method is a standard one in other letters");
    private static readonly Refusal Coding = Refusal.BadRequest("its Transfer-Encoding is not exactly \"chunked\" in HTTP/1.1");
    private static readonly Refusal TwoLengths = Refusal.BadRequest("it has both Content-Length and Transfer-Encoding");
    private static readonly Refusal ConnectionHeader = Refusal.BadRequest("it has a header of HTTP/1 connections in HTTP/2");
    private static readonly Refusal NoHost = Refusal.BadRequest("its Host is missing or empty");
    private static readonly Refusal FieldName = Refusal.BadRequest("a header's name is not a token");
    private static readonly Refusal FieldValue = Refusal.BadRequest("a header's value holds a control character");

    /// <summary>The reason against the request; null when there is none.</summary>
    public static Refusal? Check(HttpContext context)
    {
        var request = context.Request;
        return CheckMethod(context)
            ?? RequestTarget.Check(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, request.Scheme, request.Path.Value)
            ?? CheckFraming(request)
            ?? CheckFields(request.Headers);
    }

    private static Refusal? CheckMethod(HttpContext context)
    {
        var method = context.Request.Method;
        if (HttpMethods.IsTrace(method) || HttpMethods.IsConnect(method) && !IsWebSocket(context))
            return UnknownMethod;
        // Methods are case-sensitive (RFC 9110 section 9.1), and what comes after would take "get" for "GET".
        return string.Equals(HttpMethods.GetCanonicalizedValue(method), method, StringComparison.Ordinal) ? null : MethodCase;
    }

    // RFC 8441: CONNECT with a protocol is how a WebSocket begins in HTTP/2.
    private static bool IsWebSocket(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: var protocol }
        && WebSocket.Equals(protocol, StringComparison.OrdinalIgnoreCase);

    /// <summary>RFC 9112 sections 3.2 and 6.1, RFC 9113 section 8.2.2.</summary>
    private static Refusal? CheckFraming(HttpRequest request)
    {
        var headers = request.Headers;
        if (HttpProtocol.IsHttp2(request.Protocol)
            && (headers.Upgrade.Count > 0 || headers.KeepAlive.Count > 0 || headers.ProxyConnection.Count > 0))
            return ConnectionHeader;

        var codings = headers.TransferEncoding;
        if (codings.Count > 0)
        {
            if (!HttpProtocol.IsHttp11(request.Protocol)
                || codings is not [{ } coding] || !coding.Equals(Chunked, StringComparison.OrdinalIgnoreCase))
                return Coding;
            if (headers.ContentLength is not null || headers.ContainsKey(LengthBesideCoding))
                return TwoLengths;
        }

        return request.Host.HasValue || HttpProtocol.IsHttp10(request.Protocol) && headers.Host.Count == 0 ? null : NoHost;
    }

    private static Refusal? CheckFields(IHeaderDictionary headers)
    {
        if (headers.Expect is { Count: > 0 } expect
            && !"100-continue".Equals(expect.ToString(), StringComparison.OrdinalIgnoreCase))
            return Expectation;

        foreach (var (name, values) in headers)
        {
            if (name.AsSpan().ContainsAnyExcept(TokenCharacters))
                return FieldName;
            for (var i = 0; i < values.Count; i++)
            {
                if (values[i].AsSpan().ContainsAny(ControlCharacters))
                    return FieldValue;
            }
        }

        return null;
    }
}
