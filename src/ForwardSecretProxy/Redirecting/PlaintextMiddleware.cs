using System.Globalization;
using System.Net;
using ForwardSecretProxy.Configuration;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;

namespace ForwardSecretProxy.Redirecting;

/// <summary>
/// Answers each request that came without TLS, so that none gets any farther: with the https address of what it asks for, or
/// with an ACME client's answer to a challenge. Clients are only sent to names that a certificate here is for, so nobody can
/// have others sent elsewhere by way of a cache.
/// </summary>
/// <param name="isServed">Whether a host name, in lower case, has a certificate.</param>
internal sealed class PlaintextMiddleware(Func<string, bool> isServed)
{
    private const int DefaultPort = 443;

    /// <summary>Answers, or passes on what came over TLS.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Asked of the connection itself: a scheme is something that requests and proxies say.
        if (context.Features.Get<ITlsHandshakeFeature>() is not null) return next(context);
        if (context.Features.Get<ListenerOptions>() is not { Redirect: { } redirect } listener)
            return Refuse(context, StatusCodes.Status421MisdirectedRequest);

        var isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        return isRead && listener.AcmeChallengeFolder is { } folder
            && context.Request.Path.Value is { } path && path.StartsWith(ChallengeFolder.Path, StringComparison.Ordinal)
            ? AnswerChallengeAsync(context, folder, path[ChallengeFolder.Path.Length..])
            : Redirect(context, redirect.HttpsPort);
    }

    private static async Task AnswerChallengeAsync(HttpContext context, string folder, string token)
    {
        // A disk may block, which a poller's thread must not.
        if (await Task.Run(() => ChallengeFolder.Read(folder, token)) is not { } answer)
        {
            await Refuse(context, StatusCodes.Status404NotFound);
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = answer.Length;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (HttpMethods.IsGet(context.Request.Method)) await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private Task Redirect(HttpContext context, int port)
    {
        var host = context.Request.Host.Host.ToLowerInvariant();
        // An address has no certificate here, whatever a client without a name is answered with.
        if (host.Length == 0 || IPAddress.TryParse(host, out _) || !isServed(host))
            return Refuse(context, StatusCodes.Status421MisdirectedRequest);

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // A whole URI, as to a proxy; "*" and CONNECT have no path (RFC 9112 section 3.2).
        if (!target.StartsWith('/') && context.Request.Path.HasValue) target = context.Request.GetEncodedPathAndQuery();
        if (!target.StartsWith('/') || target.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return Refuse(context, StatusCodes.Status400BadRequest);

        var suffix = port == DefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{port}");
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = $"https://{host}{suffix}{target}";
        return Task.CompletedTask;
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
