using System.Net.Security;
using System.Security.Authentication;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Sockets;
using ForwardSecretProxy.Routing;

namespace ForwardSecretProxy.Relaying;

/// <summary>
/// What a listener relays to: its backends with their state, and how they are connected to. It lives as long as the
/// configuration says the same of it.
/// </summary>
internal sealed class RelayTarget : IDisposable
{
    /// <summary>A backend that has failed rests for so many intervals of checks, if no check finds it well before.</summary>
    private const int RestIntervals = 3;

    private readonly BackendPool _default;
    private readonly Dictionary<string, BackendPool> _byName;
    private readonly Backend _security;
    private readonly CancellationTokenSource _end = new();
    private int _isChecked;

    /// <summary>Begins with all backends taken for well.</summary>
    /// <param name="listener">The listener's name.</param>
    /// <param name="options">What the configuration says.</param>
    /// <param name="hostName">The name in the proxy's own greeting.</param>
    /// <param name="security">How a backend's certificate is verified.</param>
    public RelayTarget(string listener, RelayOptions options, string hostName, Backend security)
    {
        (Listener, Options, HostName, _security) = (listener, options, hostName, security);
        _default = Pool(options.Backends);
        _byName = options.ServerNames.ToDictionary(entry => entry.Key, entry => Pool(entry.Value), StringComparer.Ordinal);
    }

    /// <summary>The listener's name.</summary>
    public string Listener { get; }

    /// <summary>What the configuration says.</summary>
    public RelayOptions Options { get; }

    /// <summary>The name in the proxy's own greeting.</summary>
    public string HostName { get; }

    /// <summary>All backends, whichever names they are for.</summary>
    public IEnumerable<RelayBackend> Backends => _byName.Values.Prepend(_default).SelectMany(pool => pool.Backends);

    /// <summary>Cancelled when it is not needed any more; connections that are open go on.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>Whether a target made of these would do what this one does.</summary>
    public bool IsMadeOf(string listener, RelayOptions options, string hostName, Backend security) =>
        listener == Listener && hostName == HostName && security.IsSameAs(_security) && AreEqual(options, Options);

    /// <summary>Whether its checks are still to be begun; true once.</summary>
    public bool TryBeginChecks() => Options.HealthCheck != HealthCheck.None && Interlocked.Exchange(ref _isChecked, 1) == 0;

    /// <summary>The backends for a client that has asked for a name, in the order in which to try them; none when nobody is meant.</summary>
    /// <param name="serverName">In lower case; null when it has named nobody.</param>
    public IReadOnlyList<RelayBackend> Find(string? serverName)
    {
        if (serverName is null || _byName.Count == 0) return _default.InOrder();
        if (_byName.TryGetValue(serverName, out var exact)) return exact.InOrder();
        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _byName.TryGetValue("*" + serverName[dot..], out var wildcard) ? wildcard.InOrder() : _default.InOrder();
    }

    /// <summary>Connects to one backend, says for whom, and shakes hands if it wants that.</summary>
    /// <param name="backend">One of this target's.</param>
    /// <param name="client">For whom; null for a check.</param>
    /// <param name="limit">Has been entered; left with the connection, not when there is none.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends it when that time has passed.</param>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">It does not answer.</exception>
    /// <exception cref="AuthenticationException">Its certificate is not good, or TLS failed.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public async ValueTask<BackendEnd> ConnectAsync(
        RelayBackend backend, RelayedClient? client, BackendLimit limit, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var address = backend.Address;
        var socket = address.IsUnix
            ? await PolledSocket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(address.Host), cancellationToken)
            : await Dialer.ConnectAsync(address.Host, address.Port, timeout, cancellationToken);
        try
        {
            var header = client is { } known
                ? ProxyHeaderWriter.Write(Options.ProxyProtocol, known.Client, known.Local, known.Session)
                : ProxyHeaderWriter.WriteLocal(Options.ProxyProtocol, socket.LocalEndPoint, socket.RemoteEndPoint);
            if (!header.IsEmpty) await socket.WriteAsync(header, cancellationToken);
            Stream stream = new BackendStream(socket, limit);
            if (Options.BackendTls) stream = await SecureAsync(stream, address, cancellationToken);
            backend.Enter();
            return new BackendEnd(stream, socket, backend);
        }
        catch
        {
            // The stream would leave the limit, which is its caller's as long as there is no connection.
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private async ValueTask<SslStream> SecureAsync(Stream stream, BackendAddress address, CancellationToken cancellationToken)
    {
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = Options.BackendName ?? address.Host,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                CertificateChainPolicy = _security.ChainPolicy(),
            },
            cancellationToken);
        return tls;
    }

    private BackendPool Pool(IReadOnlyList<BackendAddress> addresses) =>
        new(addresses, Options.Balancing, Rest(Options), TimeProvider.System);

    // Until a check has failed again, which takes up to ConnectTimeout, it is known to be unwell from the one before.
    private static TimeSpan Rest(RelayOptions options) => (RestIntervals * options.HealthInterval)
        + (options.HealthCheck == HealthCheck.None ? TimeSpan.Zero : options.ConnectTimeout);

    private static bool AreEqual(RelayOptions one, RelayOptions other) =>
        one with
        {
            Backends = other.Backends,
            ServerNames = other.ServerNames,
            ApplicationProtocols = other.ApplicationProtocols,
        } == other
        && one.Backends.SequenceEqual(other.Backends)
        && one.ServerNames.Count == other.ServerNames.Count
        && one.ServerNames.All(entry =>
            other.ServerNames.TryGetValue(entry.Key, out var addresses) && addresses.SequenceEqual(entry.Value));
}
