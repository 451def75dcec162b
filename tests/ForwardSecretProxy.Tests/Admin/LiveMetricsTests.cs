using System.Diagnostics;
using System.Diagnostics.Metrics;
using ForwardSecretProxy.Admin;
using ForwardSecretProxy.Listeners;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ForwardSecretProxy.Tests.Admin;

/// <summary>The instruments together with what listens to them.</summary>
public sealed class LiveMetricsTests : IDisposable
{
    private static readonly TlsSessionInfo Session =
        new("TLSv1.3", "TLS_AES_128_GCM_SHA256", "X25519", "ecdsa_secp256r1_sha256", "www.example.org", "h2", Resumed: false);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ConnectionLimit _connections = new(17);
    private readonly TlsMetrics _tls;

    public LiveMetricsTests() => _tls = new TlsMetrics(_services.GetRequiredService<IMeterFactory>(), _connections);

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData(TlsHandshakeOutcome.ClientClosed, "client_closed")]
    [InlineData(TlsHandshakeOutcome.Refused, "refused")]
    [InlineData(TlsHandshakeOutcome.UnrecognizedName, "unrecognized_name")]
    [InlineData(TlsHandshakeOutcome.ClientHelloTooLarge, "client_hello_too_large")]
    [InlineData(TlsHandshakeOutcome.ClientCertificateRefused, "client_certificate_refused")]
    [InlineData(TlsHandshakeOutcome.TimedOut, "timed_out")]
    [InlineData(TlsHandshakeOutcome.SigningFailed, "signing_failed")]
    [InlineData(TlsHandshakeOutcome.TokenBusy, "token_busy")]
    [InlineData(TlsHandshakeOutcome.Aborted, "aborted")]
    [InlineData(TlsHandshakeOutcome.Completed, "full")]
    public void HandshakeEnded_EachOutcome_IsCountedByItsName(TlsHandshakeOutcome outcome, string expected)
    {
        var history = new History(TimeProvider.System);
        using var live = new LiveMetrics(history);
        var now = Stopwatch.GetTimestamp();

        _tls.HandshakeEnded("https", outcome, outcome == TlsHandshakeOutcome.Completed ? Session : null, now, now);

        Assert.Contains(expected, history.Read().Counts[History.Result].Select(series => series.Name));
    }

    [Fact]
    public void HandshakeEnded_EveryOutcome_HasANameOfItsOwn()
    {
        var history = new History(TimeProvider.System);
        using var live = new LiveMetrics(history);
        // "None" is never an end, and a broken-off one is what it would be counted as.
        var ends = Enum.GetValues<TlsHandshakeOutcome>().Except([TlsHandshakeOutcome.None]).ToList();

        foreach (var end in ends)
            _tls.HandshakeEnded("https", end, end == TlsHandshakeOutcome.Completed ? Session : null, 0, 0);

        Assert.Equal(ends.Count, history.Read().Counts[History.Result].Count);
    }

    [Fact]
    public void HandshakeEnded_Labels_NameNoServerAndNoClient()
    {
        var labels = new HashSet<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>())
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Keep(tags));
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Keep(tags));
        listener.Start();

        _tls.HandshakeEnded("https", TlsHandshakeOutcome.Completed, Session, 0, 0);
        _tls.HandshakeEnded("https", TlsHandshakeOutcome.Refused, null, 0, 0);

        Assert.Equal(
            ["fsp.listener=https", "fsp.tls.group=X25519", "fsp.tls.result=completed", "fsp.tls.result=refused",
                "tls.cipher=TLS_AES_128_GCM_SHA256", "tls.protocol.version=1.3", "tls.resumed=false"],
            labels.Order(StringComparer.Ordinal));

        void Keep(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
                labels.Add($"{tag.Key}={tag.Value}");
        }
    }

    [Fact]
    public void HandshakeEnded_Measured_AllocatesNothing()
    {
        using var live = new LiveMetrics(new History(TimeProvider.System));
        var now = Stopwatch.GetTimestamp();
        Measure(1000);

        Assert.InRange(Measure(10_000), 0, 10_000);

        long Measure(int times)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
                _tls.HandshakeEnded("https", TlsHandshakeOutcome.Completed, Session, now, now);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public async Task Measure_Requests_AreCountedByClassAndNeverByPath()
    {
        var history = new History(TimeProvider.System);
        using var live = new LiveMetrics(history);
        var requests = new RequestMetrics(_services.GetRequiredService<IMeterFactory>());
        var running = new TaskCompletionSource();
        var context = new DefaultHttpContext { Request = { Path = "/secret", Protocol = "HTTP/2" } };

        var request = requests.MeasureAsync(context, async answer =>
        {
            await running.Task;
            answer.Response.StatusCode = 404;
        });
        Assert.Equal(1, live.Read()["fsp.http.requests.active"]);
        running.SetResult();
        await request;

        Assert.Equal(0, live.Read()["fsp.http.requests.active"]);
        Assert.Contains("4xx", history.Read().Counts[History.Requests].Select(series => series.Name));
    }

    [Fact]
    public void Read_ConnectionLimit_IsTheOneThatHolds()
    {
        using var live = new LiveMetrics(new History(TimeProvider.System));

        Assert.Equal(17, live.Read()["fsp.connections.limit"]);
        Assert.Equal(0, live.Read()["no.such.instrument"]);
    }
}
