using System.Diagnostics;
using ForwardSecretProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace ForwardSecretProxy.Logging;

/// <summary>A line for each request, where <c>Logging:Requests</c> asks for it. It costs nothing where it does not.</summary>
internal static partial class RequestLog
{
    /// <summary>Adds it; it must come first, so as to see what others refuse.</summary>
    public static void UseRequestLog(this IApplicationBuilder application)
    {
        var live = application.ApplicationServices.GetRequiredService<LiveLogging>();
        var logger = application.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("fsp.Requests");
        application.Use(next => context =>
            live.Current.Requests == LoggedRequest.None ? next(context) : LogAsync(next, context, live, logger));
    }

    private static async Task LogAsync(RequestDelegate next, HttpContext context, LiveLogging live, ILogger logger)
    {
        var started = Stopwatch.GetTimestamp();
        var body = new CountingStream(context.Response.Body);
        context.Response.Body = body;
        try
        {
            await next(context);
        }
        finally
        {
            var options = live.Current;
            var request = context.Request;
            Answered(logger,
                Method(request.Method),
                options.Requests == LoggedRequest.Paths ? request.Path.ToUriComponent() : ClientAddress.Hidden,
                context.Response.StatusCode,
                request.Protocol,
                context.Features.Get<ListenerOptions>()?.Name ?? "-",
                context.Features.Get<IReverseProxyFeature>()?.Route.Config.RouteId ?? "-",
                body.Written,
                Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 1),
                ClientAddress.Format(context.Connection.RemoteIpAddress, options.ClientAddresses),
                context.RequestAborted.IsCancellationRequested ? ", not to its end" : "");
        }
    }

    // A method can be any word of the client's.
    private static string Method(string method) =>
        method is "GET" or "POST" or "PUT" or "HEAD" or "DELETE" or "PATCH" or "OPTIONS" or "CONNECT" or "TRACE" ? method : "other";

    [LoggerMessage(1200, LogLevel.Information,
        "{Method} {Path} {Status} {Protocol}, listener {Listener}, route {Route}, {Bytes} bytes, {Milliseconds} ms, client {Client}{Aborted}")]
    private static partial void Answered(
        ILogger logger, string method, string path, int status, string protocol, string listener, string route,
        long bytes, double milliseconds, string client, string aborted);
}
