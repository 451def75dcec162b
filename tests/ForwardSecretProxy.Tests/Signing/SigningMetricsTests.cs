using System.Diagnostics.Metrics;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Tests.Signing.Sessions;
using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.Tests.Signing;

public class SigningMetricsTests
{
    [Fact]
    public async Task Pool_InUse_IsMeasured()
    {
        using var metrics = new SigningMetrics();
        using var listener = new MeterListener();
        var durations = new List<(string Name, double Seconds, object? Token)>();
        var counts = new Dictionary<string, int>();
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SigningMetrics.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            durations.Add((instrument.Name, value, tags[0].Value)));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => counts[instrument.Name] = value);
        listener.Start();
        var time = new ManualTime();
        using var pool = new SessionPool(
            new ScriptedSessions(), "main", 1, TimeSpan.FromSeconds(10), metrics, time);

        using var first = await pool.AcquireAsync(default);
        var waiting = pool.AcquireAsync(default).AsTask();
        listener.RecordObservableInstruments();
        time.Advance(TimeSpan.FromSeconds(2));
        first.Dispose();
        await waiting;

        Assert.Contains(("fsp.signing.queue.duration", 2.0, (object?)"main"), durations);
        Assert.Equal(1, counts["fsp.signing.sessions.open"]);
        Assert.Equal(1, counts["fsp.signing.sessions.in_use"]);
        Assert.Equal(1, counts["fsp.signing.sessions.limit"]);
        Assert.Equal(1, counts["fsp.signing.queue.length"]);
        Assert.Equal(1, counts["fsp.signing.available"]);
    }
}
