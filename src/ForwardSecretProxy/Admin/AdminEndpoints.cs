using System.Net;
using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Admin;

/// <summary>Everything that the admin listener answers.</summary>
internal static class AdminEndpoints
{
    /// <summary>Where a reload is asked for.</summary>
    public const string Reload = "/reload";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Whether a request asks for something to be done, which only POST may.</summary>
    public static bool IsAction(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.Path.Equals(Reload, StringComparison.Ordinal);

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
        routes.MapPost(Reload, ReloadAsync);
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

    // Each reload asks the token for a good deal, so it is nothing for other machines to ask for.
    private static async Task<IResult> ReloadAsync(IServerState server, HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address))
            return Results.Text("Only from this machine.\n", statusCode: StatusCodes.Status403Forbidden);
        // Not ended by a client that goes: half a reload is nothing that anybody wants.
        var report = await server.ReloadAsync(CancellationToken.None);
        return Json(report, report.Swapped ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);
    }

    private static IResult Json<T>(T value, int status = StatusCodes.Status200OK) =>
        Results.Json(value, StatusJson.Options, statusCode: status);
}
