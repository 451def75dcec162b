namespace ForwardSecretProxy.Admin;

/// <summary>Everything that the admin listener answers.</summary>
internal static class AdminEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Whether a request asks for something to be done, which only POST may.</summary>
    public static bool IsAction(HttpRequest request) => false;

    /// <summary>Maps all of them.</summary>
    public static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/", Reading, (StatusPage page, HttpContext context) => page.RespondAsync(context));
        routes.MapMethods("/healthz", Reading, () => Json(new { Status = "alive" }));
        routes.MapMethods("/readyz", Reading, AnswerReadyAsync);
        routes.MapMethods("/status", Reading, async (StatusReader status, CancellationToken cancellationToken) =>
            Json(await status.ReadAsync(cancellationToken)));
        routes.MapPrometheusScrapingEndpoint(
            "/metrics", meterProvider: null, branch => branch.Use(CheckFirstAsync), optionsName: null);
    }

    // What is scraped is how things are now, not how they were at the last scrape.
    private static async Task CheckFirstAsync(HttpContext context, RequestDelegate next)
    {
        await context.RequestServices.GetRequiredService<ServerMetrics>().RefreshAsync(context.RequestAborted);
        await next(context);
    }

    private static async Task<IResult> AnswerReadyAsync(Readiness readiness, CancellationToken cancellationToken)
    {
        var status = await readiness.CheckAsync(cancellationToken);
        return Json(status, status.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Json<T>(T value, int status = StatusCodes.Status200OK) =>
        Results.Json(value, StatusJson.Options, statusCode: status);
}
