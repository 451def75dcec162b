using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Listeners;

/// <summary>
/// What connections and handshakes cost and how they end. Every label's values come from the configuration or from
/// libssl, none from a client: their number is bounded, and nothing in them says who connected.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class TlsMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ForwardSecretProxy.Tls";

    /// <summary>Every handshake that ended, by result and what was agreed on.</summary>
    public const string HandshakesName = "fsp.tls.handshakes";

    /// <summary>The listener's name in the configuration.</summary>
    public const string ListenerLabel = "fsp.listener";

    /// <summary>How a handshake ended.</summary>
    public const string ResultLabel = "fsp.tls.result";

    /// <summary><c>1.3</c> or <c>1.2</c>.</summary>
    public const string VersionLabel = "tls.protocol.version";

    /// <summary>By its IANA name.</summary>
    public const string CipherLabel = "tls.cipher";

    /// <summary>The key exchange group.</summary>
    public const string GroupLabel = "fsp.tls.group";

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public const string ResumedLabel = "tls.resumed";

    /// <summary>The result of those that agreed on something.</summary>
    public const string Completed = "completed";

    // From loopback to a client at the end of its patience: a handshake waits for its client's round trips.
    private static readonly double[] Buckets =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Meter _meter;
    private readonly Counter<long> _handshakes;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _queueDuration;

    /// <summary>Creates the instruments in a meter from <paramref name="factory"/>.</summary>
    public TlsMetrics(IMeterFactory factory, ConnectionLimit connections)
    {
        var meter = _meter = factory.Create(MeterName);
        _handshakes = meter.CreateCounter<long>(
            HandshakesName, "{handshake}", "TLS handshakes that ended, by result and by what was agreed on.");
        _duration = Histogram(meter, "fsp.tls.handshake.duration",
            "Time of a completed handshake once its turn had come, waiting for the client and the token included.");
        _queueDuration = Histogram(meter, "fsp.tls.queue.duration",
            "Time from accept until a connection's turn to shake hands came.");
        meter.CreateObservableCounter("fsp.tls.signatures.refused", () => TlsServer.RefusedSignatures, "{signature}",
            "Signatures that were asked for and refused because the block was nothing that a TLS server signs.");
        meter.CreateObservableUpDownCounter("fsp.connections.open", () => connections.Count, "{connection}",
            "Open client connections.");
        meter.CreateObservableUpDownCounter("fsp.connections.limit", () => connections.Max, "{connection}",
            "The most client connections at once.");
        meter.CreateObservableCounter("fsp.connections.accepted", () => connections.Accepted, "{connection}",
            "Client connections that were accepted.");
        meter.CreateObservableCounter("fsp.connections.turned_away", () => connections.TurnedAway, "{connection}",
            "Client connections that were closed at once because there were too many.");
    }

    /// <summary>Shows how many handshakes run and wait in <paramref name="admission"/>.</summary>
    public void Observe(HandshakeAdmission admission)
    {
        _meter.CreateObservableUpDownCounter("fsp.tls.handshakes.running", () => admission.Running, "{handshake}",
            "Handshakes in progress, without those that wait for a token session.");
        _meter.CreateObservableUpDownCounter("fsp.tls.handshakes.queued", () => admission.Queued, "{handshake}",
            "Connections that wait for their turn to shake hands.");
    }

    /// <summary>A handshake that got its turn has ended.</summary>
    /// <param name="listener">The name of the listener it came by.</param>
    /// <param name="outcome">How.</param>
    /// <param name="session">What was agreed on; null when nothing was.</param>
    /// <param name="accepted">When it was accepted (<see cref="Stopwatch.GetTimestamp"/>).</param>
    /// <param name="admitted">When its turn came.</param>
    public void HandshakeEnded(
        string listener, TlsHandshakeOutcome outcome, TlsSessionInfo? session, long accepted, long admitted)
    {
        if (!_handshakes.Enabled)
            return;
        _queueDuration.Record(Stopwatch.GetElapsedTime(accepted, admitted).TotalSeconds);
        if (outcome != TlsHandshakeOutcome.Completed || session is null)
        {
            _handshakes.Add(1, Label(ListenerLabel, listener), Label(ResultLabel, Name(outcome)));
            return;
        }

        var version = Label(VersionLabel, session.Version == "TLSv1.3" ? "1.3" : "1.2");
        var resumed = Label(ResumedLabel, session.Resumed ? "true" : "false");
        _duration.Record(Stopwatch.GetElapsedTime(admitted).TotalSeconds, version, resumed);
        _handshakes.Add(1, new TagList
        {
            Label(ListenerLabel, listener),
            Label(ResultLabel, Completed),
            version,
            Label(CipherLabel, session.CipherSuite),
            Label(GroupLabel, session.Group),
            resumed,
        });
    }

    /// <summary>A connection was closed because too many wait for their turn.</summary>
    public void HandshakeTurnedAway(string listener) =>
        _handshakes.Add(1, Label(ListenerLabel, listener), Label(ResultLabel, "turned_away"));

    private static Histogram<double> Histogram(Meter meter, string name, string description) => meter.CreateHistogram(
        name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets });

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    private static string Name(TlsHandshakeOutcome outcome) => outcome switch
    {
        TlsHandshakeOutcome.ChallengeAnswered => "acme_challenge",
        TlsHandshakeOutcome.ClientClosed => "client_closed",
        TlsHandshakeOutcome.Refused => "refused",
        TlsHandshakeOutcome.UnrecognizedName => "unrecognized_name",
        TlsHandshakeOutcome.ClientHelloTooLarge => "client_hello_too_large",
        TlsHandshakeOutcome.ClientCertificateRefused => "client_certificate_refused",
        TlsHandshakeOutcome.TimedOut => "timed_out",
        TlsHandshakeOutcome.SigningFailed => "signing_failed",
        TlsHandshakeOutcome.TokenBusy => "token_busy",
        _ => "aborted",
    };
}
