using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using ForwardSecretProxy.Listeners;

namespace ForwardSecretProxy.Relaying;

/// <summary>
/// What relaying listeners do, by listener and protocol. The labels come from the configuration: nothing in them says who
/// connected.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class RelayMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ForwardSecretProxy.Relay";

    /// <summary><c>smtp</c>, <c>imap</c>, <c>pop3</c>, <c>sieve</c> or <c>tcp</c>.</summary>
    public const string ProtocolLabel = "fsp.relay.protocol";

    /// <summary>Whose bytes: <c>client</c> or <c>backend</c>.</summary>
    public const string FromLabel = "fsp.relay.from";

    // They outlive a reload: counters only grow.
    private readonly ConcurrentDictionary<(string Listener, Configuration.RelayProtocol Protocol), RelayCounters> _counters = new();

    /// <summary>Creates the instruments in a meter from <paramref name="factory"/>.</summary>
    public RelayMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        meter.CreateObservableCounter("fsp.relay.connections", () => Read(each => each.Connections), "{connection}",
            "Client connections that were relayed, or greeted before their STARTTLS.");
        meter.CreateObservableUpDownCounter("fsp.relay.connections.open", () => Read(each => each.Open), "{connection}",
            "Those of them that are open.");
        meter.CreateObservableCounter("fsp.relay.starttls.upgrades", () => Read(each => each.Upgrades), "{connection}",
            "STARTTLS commands that were agreed to.");
        meter.CreateObservableCounter("fsp.relay.plaintext.refusals", () => Read(each => each.Refusals), "{command}",
            "Commands that came in the clear and are for TLS only, such as logins.");
        meter.CreateObservableCounter("fsp.relay.starttls.injections", () => Read(each => each.Injections), "{connection}",
            "Connections that were closed because something in the clear stood behind their STARTTLS command.");
        meter.CreateObservableCounter("fsp.relay.backend.failures", () => Read(each => each.BackendFailures), "{attempt}",
            "Attempts to reach a backend that failed, health checks among them.");
        meter.CreateObservableCounter("fsp.relay.bytes", ReadBytes, "By",
            "Bytes that were relayed, without TLS's own.");
    }

    /// <summary>The counters of a listener.</summary>
    public RelayCounters Of(RelayTarget target) => _counters.GetOrAdd(
        (target.Listener, target.Options.Protocol), key => new RelayCounters(key.Listener, key.Protocol));

    private IEnumerable<Measurement<long>> Read(Func<RelayCounters, long> value) =>
        _counters.Values.Select(each => new Measurement<long>(value(each), Labels(each)));

    private IEnumerable<Measurement<long>> ReadBytes()
    {
        foreach (var each in _counters.Values)
        {
            yield return new(each.FromClients, [.. Labels(each), new(FromLabel, "client")]);
            yield return new(each.FromBackends, [.. Labels(each), new(FromLabel, "backend")]);
        }
    }

    private static KeyValuePair<string, object?>[] Labels(RelayCounters counters) =>
        [new(TlsMetrics.ListenerLabel, counters.Listener), new(ProtocolLabel, counters.Protocol)];
}
