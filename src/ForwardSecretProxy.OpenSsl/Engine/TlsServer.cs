using System.Net.Sockets;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Provider;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// The TLS side of one or more listeners: a policy and its certificates, checked and built once, used for every
/// connection. Thread-safe.
/// </summary>
public sealed class TlsServer : IDisposable
{
    private readonly List<ProviderKey> _keys = [];
    private readonly List<ServerCertificates> _certificates = [];
    private readonly ServerNameIndex<ServerCertificates> _names;
    private readonly DeadlineQueue _handshakeDeadlines;
    private readonly DeadlineQueue _closeDeadlines;

    private TlsServer(TlsPolicy policy, IReadOnlyList<TlsCertificate> certificates, IReadOnlyList<string> applicationProtocols)
    {
        Policy = policy;
        Protocols = new ApplicationProtocols(applicationProtocols);
        Sessions = new SessionCache(policy.Resumption.Capacity, policy.Resumption.Lifetime, TimeProvider.System);
        _handshakeDeadlines = new DeadlineQueue(policy.Limits.Timeout, TimeProvider.System);
        _closeDeadlines = new DeadlineQueue(TlsConnection.CloseTimeout, TimeProvider.System);
        try
        {
            Groups = SslContextFactory.SupportedGroups(policy.Groups);
            _names = new ServerNameIndex<ServerCertificates>(certificates, Build);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How many native TLS connection objects exist in this process; zero when all are closed.</summary>
    public static long LiveConnections => SslHandle.LiveCount;

    /// <summary>How many signatures were refused because the block was nothing that a TLS server signs.</summary>
    public static long RefusedSignatures => SignatureOperation.RefusedCount;

    /// <summary>What is offered.</summary>
    public TlsPolicy Policy { get; }

    /// <summary>The policy's groups that this libssl has, most preferred first.</summary>
    public IReadOnlyList<string> Groups { get; } = [];

    internal ApplicationProtocols Protocols { get; }

    internal SessionCache Sessions { get; }

    /// <summary>Builds the native contexts.</summary>
    /// <param name="policy">What is offered.</param>
    /// <param name="certificates">At least one; the first also answers clients that send no server name.</param>
    /// <param name="applicationProtocols">ALPN protocols in order of preference; empty for none.</param>
    /// <exception cref="OpenSslException">libssl is missing, too old, or refused a setting.</exception>
    public static TlsServer Create(
        TlsPolicy policy, IReadOnlyList<TlsCertificate> certificates, IReadOnlyList<string> applicationProtocols)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfZero(certificates.Count, nameof(certificates));
        NativeLibraries.ThrowIfNotSupported();
        return new TlsServer(policy, certificates, applicationProtocols);
    }

    /// <summary>Takes over an accepted socket; nothing is read or written before the handshake is asked for.</summary>
    public TlsConnection Accept(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        socket.Blocking = false;
        return new TlsConnection(this, (int)socket.SafeHandle.DangerousGetHandle(), socket, limit: null);
    }

    /// <summary>Frees the contexts and forgets all sessions. Connections that are open go on.</summary>
    public void Dispose()
    {
        Sessions.Dispose();
        _handshakeDeadlines.Dispose();
        _closeDeadlines.Dispose();
        foreach (var certificates in _certificates) certificates.Context.Dispose();
        foreach (var key in _keys) key.Dispose();
    }

    /// <summary>What a connection begins with, before it has named a server.</summary>
    internal SslContextHandle DefaultContext => _names.Default.Context;

    internal ServerCertificates? FindCertificates(ReadOnlySpan<char> serverName) =>
        serverName.IsEmpty ? _names.Default : _names.Find(serverName);

    internal IDisposable StartHandshakeDeadline(TlsConnection connection) => _handshakeDeadlines.Add(connection);

    internal IDisposable StartCloseDeadline(TlsConnection connection) => _closeDeadlines.Add(connection);

    private ServerCertificates Build(IReadOnlyList<TlsCertificate> set)
    {
        var keys = set.Select(certificate => new ProviderKey(certificate.Signer)).ToArray();
        _keys.AddRange(keys);
        var certificates = new ServerCertificates(
            SslContextFactory.Create(Policy, Groups, set, keys),
            [.. set.Select(certificate => certificate.Signer.Pool).Distinct()],
            [.. keys.Select(key => key.Speed)]);
        _certificates.Add(certificates);
        return certificates;
    }
}
