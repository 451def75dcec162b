using System.Diagnostics.CodeAnalysis;
using ForwardSecretProxy.Hosting;
using Microsoft.AspNetCore.Http.Timeouts;
using Yarp.ReverseProxy.Forwarder;

namespace ForwardSecretProxy.Routing;

/// <summary>
/// Says in one line why a request could not be forwarded: which service and what was wrong, and nothing of the request.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed partial class FailureLog(RequestDelegate next, ILogger<FailureLog> logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Lets the request be forwarded and looks at how that ended.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is { } failure)
            Report(context, failure);
    }

    private void Report(HttpContext context, IForwarderErrorFeature failure)
    {
        var proxied = context.GetReverseProxyFeature();
        var cluster = proxied.Cluster.Config.ClusterId;
        var destination = proxied.ProxiedDestination?.DestinationId ?? "none";
        if (FailureReason.Find<BackendsBusyException>(failure.Exception) is not null)
            Answer(context, StatusCodes.Status503ServiceUnavailable);

        if (context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested == true)
        {
            // YARP takes the end of the time for the client's going away, and says that the request was bad.
            Answer(context, StatusCodes.Status504GatewayTimeout);
            LogBackendFailed(cluster, destination, "it did not answer within the route's Timeout");
        }
        else if (FailureReason.IsTheClients(failure.Error))
            LogClientFailed(cluster, failure.Error);
        else
            LogBackendFailed(cluster, destination, FailureReason.Describe(failure.Error, failure.Exception));
    }

    private static void Answer(HttpContext context, int status)
    {
        if (!context.Response.HasStarted)
            context.Response.StatusCode = status;
    }

    [LoggerMessage(EventIds.BackendFailed, LogLevel.Warning, "Cluster {Cluster}, destination {Destination}: {Reason}.")]
    private partial void LogBackendFailed(string cluster, string destination, string reason);

    [LoggerMessage(EventIds.ClientFailed, LogLevel.Debug, "Cluster {Cluster}: the client ended a request early ({Error}).")]
    private partial void LogClientFailed(string cluster, ForwarderError error);
}
