using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.MtaSts;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Relaying;
using ForwardSecretProxy.Routing;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// Everything that one state of the configuration needs to be served, opened and checked; only the listening is left.
/// It owns what it holds, together with the connections that still use it.
/// </summary>
internal sealed record PreparedServer : IDisposable
{
    /// <summary>The configuration it came from.</summary>
    public required ProxyOptions Options { get; init; }

    /// <summary>The certificates, in the order of their names.</summary>
    public required IReadOnlyList<PreparedCertificate> Certificates { get; init; }

    /// <summary>The listeners with the TLS side of each, which listeners with the same certificates and clients share.</summary>
    public required IReadOnlyList<PreparedListener> Listeners { get; init; }

    /// <summary>The TLS sides, each once.</summary>
    public IEnumerable<TlsServer> TlsServers => Listeners.Select(listener => listener.Tls).OfType<TlsServer>().Distinct();

    /// <summary>Where the relaying listeners' connections go.</summary>
    public IEnumerable<RelayTarget> Relays => Listeners.Select(listener => listener.Relay).OfType<RelayTarget>();

    /// <summary>Which request goes where.</summary>
    public required RouteTable Routes { get; init; }

    /// <summary>The policies of mail domains.</summary>
    public required MtaStsPolicies MtaSts { get; init; }

    /// <summary>Keeps the keys of <see cref="Certificates"/>.</summary>
    public required IDisposable Keys { get; init; }

    /// <summary>The stamps of <see cref="ProxyOptions.Files"/> from before they were read.</summary>
    public required IReadOnlyList<FileStamp> Stamps { get; init; }

    /// <summary>Whether https is answered under the host name, which is in lower case.</summary>
    public bool IsServed(string name) =>
        Listeners.Any(listener => listener.Options.ServesHttp && listener.Tls?.IsNamed(name) == true);

    /// <summary>Lets everything go but what <paramref name="next"/> has taken over.</summary>
    public void Retire(PreparedServer next)
    {
        foreach (var tls in TlsServers.Except(next.TlsServers)) tls.Dispose();
        foreach (var relay in Relays.Except(next.Relays)) relay.Dispose();
        Keys.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tls in TlsServers) tls.Dispose();
        foreach (var relay in Relays) relay.Dispose();
        Keys.Dispose();
    }
}

/// <summary>One listener, ready to accept.</summary>
/// <param name="Options">Its address and certificates.</param>
/// <param name="Tls">Its TLS side; null for one that only redirects.</param>
/// <param name="Relay">Where its connections go; null for HTTP.</param>
internal sealed record PreparedListener(ListenerOptions Options, TlsServer? Tls, RelayTarget? Relay);
