using System.Diagnostics.Metrics;
using ForwardSecretProxy.Listeners;
using ForwardSecretProxy.Routing;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Admin;

/// <summary>
/// Listens to the instruments whose figures are exported, for the status page: it shows what is exported, and the
/// code that measures knows of neither.
/// </summary>
internal sealed class LiveMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly History _history;
    private readonly Lock _gate = new();
    private Dictionary<(string Name, string Token), long> _read = [];

    /// <summary>Begins to listen; what happens goes to <paramref name="history"/>.</summary>
    public LiveMetrics(History history)
    {
        _history = history;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsShown(instrument))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>(OnCount);
        _listener.SetMeasurementEventCallback<double>(OnDuration);
        _listener.Start();
    }

    /// <summary>The current figure of each instrument that is read when asked for, by name and token's label.</summary>
    public LiveFigures Read()
    {
        lock (_gate)
        {
            _read = [];
            _listener.RecordObservableInstruments();
            return new LiveFigures(_read);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static bool IsShown(Instrument instrument) => instrument.Meter.Name switch
    {
        TlsMetrics.MeterName or SigningMetrics.MeterName or RequestMetrics.MeterName => instrument.IsObservable
            || instrument.Name is TlsMetrics.HandshakesName or SigningMetrics.SignDurationName or RequestMetrics.DurationName,
        _ => false,
    };

    private void OnCount(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (instrument.IsObservable)
            Keep(instrument, value, tags);
        else
            CountHandshake(tags);
    }

    private void CountHandshake(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var result = Find(tags, TlsMetrics.ResultLabel);
        if (result != TlsMetrics.Completed)
            _history.Add(History.Result, result);
        else
            _history.AddHandshake(
                Find(tags, TlsMetrics.VersionLabel),
                Find(tags, TlsMetrics.CipherLabel),
                Find(tags, TlsMetrics.GroupLabel),
                Find(tags, TlsMetrics.ResumedLabel) == "true" ? "resumed" : "full");
    }

    private void OnDuration(
        Instrument instrument, double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (instrument.Name == SigningMetrics.SignDurationName)
            _history.AddSignature(Find(tags, SigningMetrics.TokenLabel), seconds);
        else
            _history.Add(History.Requests, Find(tags, RequestMetrics.StatusLabel));
    }

    // Only ever called from Read, on its thread.
    private void Keep(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = (instrument.Name, Find(tags, SigningMetrics.TokenLabel));
        _read[key] = _read.GetValueOrDefault(key) + value;
    }

    private static string Find(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
                return tag.Value as string ?? "";
        }
        return "";
    }
}

/// <summary>Figures of one moment.</summary>
/// <param name="values">By instrument and token; the token is empty where an instrument has none.</param>
internal sealed class LiveFigures(IReadOnlyDictionary<(string Name, string Token), long> values)
{
    /// <summary>The figure of the instrument <paramref name="name"/>; 0 when it has none.</summary>
    public long this[string name, string token = ""] => values.GetValueOrDefault((name, token));
}
