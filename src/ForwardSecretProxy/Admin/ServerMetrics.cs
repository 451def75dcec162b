using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.OpenSsl;

namespace ForwardSecretProxy.Admin;

/// <summary>What is looked up of the server as a whole: readiness, start, versions.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class ServerMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ForwardSecretProxy.Server";

    private readonly Readiness _readiness;
    private readonly CertificateMetrics _certificates;

    /// <summary>Creates the instruments in a meter from <paramref name="factory"/>.</summary>
    public ServerMetrics(
        IMeterFactory factory, IServerState server, Readiness readiness, CertificateMetrics certificates)
    {
        _readiness = readiness;
        _certificates = certificates;
        var meter = factory.Create(MeterName);
        meter.CreateObservableGauge("fsp.ready", ObserveReadiness, null,
            "1 when clients should be sent here: listeners bound, not stopping, every token signs.");
        meter.CreateObservableGauge("fsp.configuration.refused", () => server.Refused is null ? 0 : 1, null,
            "1 when what the files say now was refused, and what they said before is served.");
        meter.CreateObservableGauge("fsp.start_time", () => server.Started.ToUnixTimeMilliseconds() / 1000.0, "s",
            "When the server started, since the Unix epoch.");
        meter.CreateObservableGauge("fsp.build.info", ObserveBuild, null,
            "1, with the versions of fsp and of the OpenSSL that it uses as labels.");
    }

    /// <summary>Looks at everything now, so that what is exported next is how things are.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _readiness.CheckAsync(cancellationToken);
        _certificates.Follow();
    }

    // Before a scrape there has just been a look; only where metrics are sent by themselves is this what looks, for
    // the next time.
    private int ObserveReadiness()
    {
        _ = Task.Run(() => RefreshAsync(CancellationToken.None));
        return _readiness.Last is { Ready: true } ? 1 : 0;
    }

    private static Measurement<int> ObserveBuild() => new(1,
        new KeyValuePair<string, object?>("version", ProductVersion.Current),
        new KeyValuePair<string, object?>("openssl", OpenSslLibrary.Version));
}
