using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;

namespace ForwardSecretProxy.Routing;

/// <summary>
/// Requests by route, class of status and protocol, and how long they took. ASP.NET Core's own meters stay off: with
/// them each request makes objects to carry more labels than anybody should keep.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class RequestMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ForwardSecretProxy.Http";

    /// <summary>How long requests took; its count is how many there were.</summary>
    public const string DurationName = "fsp.http.request.duration";

    /// <summary>The class of the status that a request was answered with, such as <c>2xx</c>.</summary>
    public const string StatusLabel = "fsp.http.status_class";

    private static readonly string[] StatusClasses = ["1xx", "2xx", "3xx", "4xx", "5xx"];

    private readonly Histogram<double> _duration;
    private int _active;

    /// <summary>Creates the instruments in a meter from <paramref name="factory"/>.</summary>
    public RequestMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _duration = meter.CreateHistogram(DurationName, "s",
            "Time from a request's headers to the end of its answer.", tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
            });
        meter.CreateObservableUpDownCounter(
            "fsp.http.requests.active", () => Volatile.Read(ref _active), "{request}", "Requests in progress.");
    }

    /// <summary>The outermost middleware.</summary>
    public async Task MeasureAsync(HttpContext context, RequestDelegate next)
    {
        var started = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _active);
        try
        {
            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _active);
            if (_duration.Enabled)
                Record(context, Stopwatch.GetElapsedTime(started));
        }
    }

    private void Record(HttpContext context, TimeSpan duration) => _duration.Record(
        duration.TotalSeconds,
        new("fsp.route", context.Features.Get<Yarp.ReverseProxy.Model.IReverseProxyFeature>()?.Route.Config.RouteId ?? "none"),
        new(StatusLabel, StatusClass(context.Response.StatusCode)),
        new("network.protocol.version", Version(context.Request.Protocol)));

    private static string StatusClass(int status) =>
        status is >= 100 and < 600 ? StatusClasses[(status / 100) - 1] : "other";

    private static string Version(string protocol) =>
        HttpProtocol.IsHttp2(protocol) ? "2" : HttpProtocol.IsHttp11(protocol) ? "1.1" : "1.0";
}
