using System.Diagnostics.Metrics;
using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.Signing;

/// <summary>
/// What signing costs, measured: waiting for a token session and signing apart, because the first is mended with more
/// sessions or tokens and the second only with a faster token.
/// </summary>
public sealed class SigningMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ForwardSecretProxy.Signing";

    /// <summary>The instrument that has the time of each signature.</summary>
    public const string SignDurationName = "fsp.signing.sign.duration";

    /// <summary>The label that has the token's own label.</summary>
    public const string TokenLabel = "fsp.token";

    private const string RefusalLabel = "fsp.signing.refusal";

    private static readonly (SigningRefusal Reason, KeyValuePair<string, object?> Tag)[] Refusals =
    [
        (SigningRefusal.TooLate, new(RefusalLabel, "too_late")),
        (SigningRefusal.QueueFull, new(RefusalLabel, "queue_full")),
        (SigningRefusal.TimedOut, new(RefusalLabel, "timed_out")),
        (SigningRefusal.Unavailable, new(RefusalLabel, "unavailable")),
    ];

    private readonly Meter _meter;
    private readonly Histogram<double> _queueDuration;
    private readonly Histogram<double> _signDuration;
    private readonly Lock _gate = new();
    private readonly List<SessionPool> _pools = [];

    /// <summary>Creates the instruments in a meter from <paramref name="factory"/>.</summary>
    public SigningMetrics(IMeterFactory factory)
        : this((factory ?? throw new ArgumentNullException(nameof(factory))).Create(MeterName))
    {
    }

    /// <summary>Creates the instruments in a meter of their own, for programs without a host.</summary>
    public SigningMetrics()
        : this(new Meter(MeterName))
    {
    }

    private SigningMetrics(Meter meter)
    {
        _meter = meter;

        // From a queue that is empty to the handshake's time limit.
        _queueDuration = Histogram("fsp.signing.queue.duration", "Time a handshake waited for a token session.",
            [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);

        // From a software token's P-256 to a smart card's RSA-4096.
        _signDuration = Histogram(SignDurationName, "Time the token took for one signature.",
            [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5]);
        _meter.CreateObservableCounter(
            "fsp.signing.signatures.wrong", () => Observe(pool => pool.Faults.WrongSignatures), "{signature}",
            "Signatures that did not verify and were not used.");
        _meter.CreateObservableCounter(
            "fsp.signing.calls.expired", () => Observe(pool => pool.Faults.ExpiredCalls), "{call}",
            "Calls into the token's module that took too long.");
        _meter.CreateObservableUpDownCounter(
            "fsp.signing.sessions.open", () => Observe(pool => pool.OpenCount), "{session}",
            "Token sessions that are open.");
        _meter.CreateObservableUpDownCounter(
            "fsp.signing.sessions.in_use", () => Observe(pool => pool.InUseCount), "{session}",
            "Token sessions that are leased.");
        _meter.CreateObservableUpDownCounter(
            "fsp.signing.sessions.limit", () => Observe(pool => pool.Limit), "{session}",
            "The most token sessions there may be now.");
        _meter.CreateObservableUpDownCounter(
            "fsp.signing.queue.length", () => Observe(pool => pool.QueueLength), "{handshake}",
            "Handshakes that wait for a token session.");
        _meter.CreateObservableCounter("fsp.signing.refused", ObserveRefusals, "{handshake}",
            "Handshakes that got no token session, by reason.");
        _meter.CreateObservableGauge(
            "fsp.signing.available", () => Observe(pool => pool.IsAvailable ? 1 : 0), null,
            "Whether the token can be used, as far as is known: 1 or 0.");
    }

    /// <summary>
    /// A token has become unavailable, or is back; each change once, in their order, on a thread of the runtime's pool.
    /// </summary>
    public event Action<TokenAvailability>? AvailabilityChanged;

    internal bool MeasuresSigning => _signDuration.Enabled;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Queued(TimeSpan duration, in KeyValuePair<string, object?> token) =>
        _queueDuration.Record(duration.TotalSeconds, token);

    internal void Signed(TimeSpan duration, in KeyValuePair<string, object?> token) =>
        _signDuration.Record(duration.TotalSeconds, token);

    internal void Announce(TokenAvailability availability) => AvailabilityChanged?.Invoke(availability);

    internal void Add(SessionPool pool)
    {
        lock (_gate)
            _pools.Add(pool);
    }

    internal void Remove(SessionPool pool)
    {
        lock (_gate)
            _pools.Remove(pool);
    }

    private Histogram<double> Histogram(string name, string description, double[] buckets) =>
        _meter.CreateHistogram(
            name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });

    private List<Measurement<int>> Observe(Func<SessionPool, int> count)
    {
        lock (_gate)
            return _pools.ConvertAll(pool => new Measurement<int>(count(pool), pool.Tag));
    }
    private List<Measurement<long>> ObserveRefusals()
    {
        lock (_gate)
        {
            return [.. _pools.SelectMany(pool => Refusals.Select(refusal =>
                new Measurement<long>(pool.RefusalCount(refusal.Reason), pool.Tag, refusal.Tag)))];
        }
    }
}
