namespace ForwardSecretProxy.MtaSts;

/// <summary>
/// Answers mail servers that ask for a domain's policy (RFC 8461 section 3.3). It stands before the routes, so that none of
/// them can take the policy's place.
/// </summary>
/// <param name="policies">What is served now.</param>
internal sealed class MtaStsMiddleware(Func<MtaStsPolicies> policies)
{
    private const string Path = "/.well-known/mta-sts.txt";

    /// <summary>Answers, or passes on what asks for anything else.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var current = policies();
        if (current.IsEmpty
            || !string.Equals(context.Request.Path.Value, Path, StringComparison.Ordinal)
            || current.Find(context.Request.Host.Host) is not { } policy)
            return next(context);

        var response = context.Response;
        var isGet = HttpMethods.IsGet(context.Request.Method);
        if (!isGet && !HttpMethods.IsHead(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        response.ContentType = "text/plain";
        response.ContentLength = policy.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        return isGet ? response.Body.WriteAsync(policy, 0, policy.Length, context.RequestAborted) : Task.CompletedTask;
    }
}
