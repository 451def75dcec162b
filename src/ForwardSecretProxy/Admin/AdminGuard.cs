using System.Net;

namespace ForwardSecretProxy.Admin;

/// <summary>
/// Lets in what an operator's own program or browser asks, and keeps out what a web page makes a browser ask: by a
/// name of its own that leads here (DNS rebinding), or from another origin.
/// </summary>
internal static class AdminGuard
{
    /// <summary>The middleware before everything else.</summary>
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        if (!IsOwnName(context.Request.Host.Host) || !IsOwnOrigin(context.Request))
        {
            return RefuseAsync(context, StatusCodes.Status403Forbidden,
                "Ask by the IP address or as localhost, from no other site.\n");
        }
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            || AdminEndpoints.IsAction(context.Request))
            return next(context);
        headers.Allow = "GET, HEAD";
        return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, $"Only GET and HEAD, and POST for {AdminEndpoints.Reload}.\n");
    }

    // A name can be made to lead anywhere; an address cannot. Over a Unix socket clients say localhost.
    private static bool IsOwnName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out _);

    private static bool IsOwnOrigin(HttpRequest request) =>
        request.Headers.Origin.Count == 0 || request.Headers.Origin == $"http://{request.Host.Value}";

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why);
    }
}
