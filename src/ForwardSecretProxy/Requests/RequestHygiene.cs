namespace ForwardSecretProxy.Requests;

/// <summary>Lets only requests through that mean the same to everybody. It must stand before all that reads a request.</summary>
internal static partial class RequestHygiene
{
    /// <summary>Refuses what <see cref="RequestRules"/> are against: with a status, and in HTTP/1 with the connection's end.</summary>
    public static void UseRequestHygiene(this IApplicationBuilder application)
    {
        var logger = application.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("fsp.Requests");
        application.Use(next => context =>
        {
            if (RequestRules.Check(context) is not { } refusal)
                return next(context);

            Refused(logger, refusal.Status, refusal.Reason);
            context.Response.StatusCode = refusal.Status;
            if (!HttpProtocol.IsHttp2(context.Request.Protocol))
                context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        });
    }

    [LoggerMessage(4100, LogLevel.Debug, "A request was refused with {Status}: {Reason}.")]
    private static partial void Refused(ILogger logger, int status, string reason);
}
