using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Routing;

namespace ForwardSecretProxy.Hosting;

/// <summary>Everything a server needs, opened and checked; only the listening is left. It owns what it holds.</summary>
internal sealed record PreparedServer : IDisposable
{
    /// <summary>The configuration it came from.</summary>
    public required ProxyOptions Options { get; init; }

    /// <summary>The certificates, in the order of their names.</summary>
    public required IReadOnlyList<PreparedCertificate> Certificates { get; init; }

    /// <summary>The listeners with the TLS side of each, which listeners with the same certificates share.</summary>
    public required IReadOnlyList<PreparedListener> Listeners { get; init; }

    /// <summary>Which request goes where.</summary>
    public required RouteTable Routes { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tls in Listeners.Select(listener => listener.Tls).Distinct())
            tls.Dispose();
    }
}

/// <summary>One listener, ready to be bound.</summary>
/// <param name="Options">Its address and certificates.</param>
/// <param name="Tls">Its TLS side.</param>
internal sealed record PreparedListener(ListenerOptions Options, TlsServer Tls);
