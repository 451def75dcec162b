using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Listeners;
using ForwardSecretProxy.Relaying;
using ForwardSecretProxy.Routing;
using ForwardSecretProxy.Signing;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace ForwardSecretProxy.Admin;

/// <summary>
/// Which meters leave the process, and how. Ours, and of the runtime what an operator looks at; none of Kestrel's or
/// ASP.NET Core's, whose labels name addresses and come to life for each request.
/// </summary>
internal static class MetricsExport
{
    private const string RuntimeMeter = "System.Runtime";

    private static readonly string[] Meters =
    [
        TlsMetrics.MeterName, SigningMetrics.MeterName, RequestMetrics.MeterName, ServerMetrics.MeterName,
        CertificateMetrics.MeterName, RelayMetrics.MeterName,
    ];

    private static readonly string[] OfTheRuntime =
        ["dotnet.process.cpu.time", "dotnet.process.memory.working_set", "dotnet.gc.pause.time"];

    /// <summary>Sets up the scraping endpoint's exporter, and the sending where it is configured.</summary>
    public static void AddMetricsExport(this IServiceCollection services, AdminOptions options) =>
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Clear().AddService(
                "fsp", serviceVersion: ProductVersion.Current, autoGenerateServiceInstanceId: false))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter([.. Meters, RuntimeMeter]);
                metrics.AddView(instrument => instrument.Meter.Name == RuntimeMeter && !OfTheRuntime.Contains(instrument.Name)
                    ? MetricStreamConfiguration.Drop
                    : null);
                metrics.AddPrometheusExporter(prometheus => prometheus.ScopeInfoEnabled = false);
                if (options.OtlpEndpoint is { } collector)
                {
                    metrics.AddOtlpExporter(otlp =>
                    {
                        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                        otlp.Endpoint = collector;
                    });
                }
            });
}
