using System.Net.Sockets;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Provider;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// The TLS side of one or more listeners: a policy and its certificates, checked and built once, used for every
/// connection. It lives until its owner has disposed it and its last connection has ended. Thread-safe.
/// </summary>
public sealed class TlsServer : IDisposable
{
    private readonly IReadOnlyList<TlsCertificate> _served;
    private readonly IReadOnlyList<string> _protocols;
    private readonly IDisposable? _keyOwner;
    private readonly Dictionary<TlsCertificate, ProviderKey> _keys = new(ReferenceEqualityComparer.Instance);
    private readonly List<ServerCertificates> _certificates = [];
    private readonly ServerNameIndex<CertificateSets> _names;
    private readonly DeadlineQueue _handshakeDeadlines;
    private readonly DeadlineQueue _closeDeadlines;
    private int _references = 1;
    private int _disposed;

    private TlsServer(
        TlsPolicy policy,
        IReadOnlyList<TlsCertificate> certificates,
        IReadOnlyList<string> applicationProtocols,
        ClientCertificatePolicy? clientCertificates,
        IChallengeCertificates? challenges,
        IDisposable? keyOwner)
    {
        Policy = policy;
        ClientCertificates = clientCertificates;
        Challenges = challenges;
        _served = certificates;
        _protocols = applicationProtocols;
        Protocols = new ApplicationProtocols(applicationProtocols);
        Sessions = new SessionCache(policy.Resumption.Capacity, policy.Resumption.Lifetime, TimeProvider.System);
        _handshakeDeadlines = new DeadlineQueue(policy.Limits.Timeout, TimeProvider.System);
        _closeDeadlines = new DeadlineQueue(TlsConnection.CloseTimeout, TimeProvider.System);
        try
        {
            Groups = SslContextFactory.SupportedGroups(policy.Groups);
            _names = new ServerNameIndex<CertificateSets>(certificates, set => new CertificateSets(set, Build));
        }
        catch
        {
            Dispose();
            throw;
        }

        // Only now: what could not be built leaves the keys to the caller.
        _keyOwner = keyOwner;
    }

    /// <summary>How many native TLS connection objects exist in this process; zero when all are closed.</summary>
    public static long LiveConnections => SslHandle.LiveCount;

    /// <summary>How many signatures were refused because the block was nothing that a TLS server signs.</summary>
    public static long RefusedSignatures => SignatureOperation.RefusedCount;

    /// <summary>What is offered.</summary>
    public TlsPolicy Policy { get; }

    /// <summary>Whose certificates clients are asked for; null when they are not.</summary>
    public ClientCertificatePolicy? ClientCertificates { get; }

    /// <summary>The policy's groups that this libssl has, most preferred first.</summary>
    public IReadOnlyList<string> Groups { get; } = [];

    /// <summary>Where the answers to tls-alpn-01 challenges are; null when none are given.</summary>
    public IChallengeCertificates? Challenges { get; }

    internal ApplicationProtocols Protocols { get; }

    internal SessionCache Sessions { get; }

    /// <summary>
    /// Whether tickets are given and taken: never where clients are asked for certificates, since a ticket would stand for
    /// one that has expired or been revoked in the meantime.
    /// </summary>
    internal bool Resumes => Policy.Resumption.Enabled && ClientCertificates is null;

    /// <summary>Builds the native contexts.</summary>
    /// <param name="policy">What is offered.</param>
    /// <param name="certificates">At least one; the first also answers clients that send no server name.</param>
    /// <param name="applicationProtocols">ALPN protocols in order of preference; empty for none.</param>
    /// <param name="clientCertificates">Whose certificates clients are asked for; null to ask for none.</param>
    /// <param name="keyOwner">Disposed when nobody can sign for this server any more; null for nothing.</param>
    /// <param name="challenges">Where the answers to tls-alpn-01 challenges are; null to give none.</param>
    /// <exception cref="OpenSslException">libssl is missing, too old, or refused a setting.</exception>
    public static TlsServer Create(
        TlsPolicy policy,
        IReadOnlyList<TlsCertificate> certificates,
        IReadOnlyList<string> applicationProtocols,
        ClientCertificatePolicy? clientCertificates = null,
        IDisposable? keyOwner = null,
        IChallengeCertificates? challenges = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfZero(certificates.Count, nameof(certificates));
        NativeLibraries.ThrowIfNotSupported();
        return new TlsServer(policy, certificates, applicationProtocols, clientCertificates, challenges, keyOwner);
    }

    /// <summary>
    /// Whether a server made of these would do what this one does: then this one can go on, with its sessions. Keys are
    /// the same when the public half is and the same token holds them.
    /// </summary>
    public bool IsMadeOf(
        TlsPolicy policy,
        IReadOnlyList<TlsCertificate> certificates,
        IReadOnlyList<string> applicationProtocols,
        ClientCertificatePolicy? clientCertificates = null,
        IChallengeCertificates? challenges = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(certificates);
        return policy with { Groups = Policy.Groups } == Policy
            && policy.Groups.SequenceEqual(Policy.Groups)
            && applicationProtocols.SequenceEqual(_protocols)
            && clientCertificates?.Fingerprint == ClientCertificates?.Fingerprint
            && Equals(challenges, Challenges)
            && certificates.Count == _served.Count
            && certificates.Zip(_served).All(static pair => AreEqual(pair.First, pair.Second));
    }

    /// <summary>Whether a client that asks for <paramref name="name"/> (lower case) is answered.</summary>
    public bool IsNamed(string name) => _names.Find(name) is not null;

    /// <summary>Takes over an accepted socket; nothing is read or written before the handshake is asked for.</summary>
    public TlsConnection Accept(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ObjectDisposedException.ThrowIf(!TryAddReference(), this);
        socket.Blocking = false;
        return new TlsConnection(this, (int)socket.SafeHandle.DangerousGetHandle(), socket, limit: null);
    }

    /// <summary>
    /// Takes over an accepted socket; nothing is read or written before it is asked for. Null, and the socket is left to the
    /// caller, when this server is disposed and its last connection has ended.
    /// </summary>
    public TlsConnection? TryAccept(AcceptedSocket socket) =>
        TryAddReference() ? new TlsConnection(this, socket.Fd, owner: null, socket.Limit) : null;

    /// <summary>
    /// Takes no more connections and forgets all sessions. Those that are open go on, handshakes too; the last one frees
    /// the contexts and gives the keys up.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        Sessions.Dispose();
        Release();
    }

    /// <summary>For a connection, which releases it when it is disposed; false when there is nothing left to use.</summary>
    internal bool TryAddReference()
    {
        var count = Volatile.Read(ref _references);
        while (count > 0)
        {
            var seen = Interlocked.CompareExchange(ref _references, count + 1, count);
            if (seen == count) return true;
            count = seen;
        }

        return false;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0) Free();
    }

    private void Free()
    {
        _handshakeDeadlines.Dispose();
        _closeDeadlines.Dispose();
        foreach (var certificates in _certificates) certificates.Context.Dispose();
        foreach (var key in _keys.Values) key.Dispose();
        _keyOwner?.Dispose();
    }

    private static bool AreEqual(TlsCertificate one, TlsCertificate other) =>
        one.Signer.Pool.Equals(other.Signer.Pool)
        && ReferenceEquals(one.Choice, other.Choice)
        && one.Signer.Schemes.SequenceEqual(other.Signer.Schemes)
        && one.Signer.SubjectPublicKeyInfo.Span.SequenceEqual(other.Signer.SubjectPublicKeyInfo.Span)
        && one.DnsNames.SequenceEqual(other.DnsNames)
        && one.Chain.Count == other.Chain.Count
        && one.Chain.Zip(other.Chain).All(static pair => pair.First.Span.SequenceEqual(pair.Second.Span))
        && one.Spares.Count == other.Spares.Count
        && one.Spares.Zip(other.Spares).All(static pair => AreEqual(pair.First, pair.Second));

    /// <summary>What a connection begins with, before it has named a server.</summary>
    internal SslContextHandle DefaultContext => _names.Default.Preferred.Context;

    internal CertificateSets? FindCertificates(ReadOnlySpan<char> serverName) =>
        serverName.IsEmpty ? _names.Default : _names.Find(serverName);

    internal DeadlineQueue.Deadline StartHandshakeDeadline(TlsConnection connection) => _handshakeDeadlines.Add(connection);

    internal IDisposable StartCloseDeadline(TlsConnection connection) => _closeDeadlines.Add(connection);

    private ServerCertificates Build(IReadOnlyList<TlsCertificate> set, IReadOnlyList<SignatureScheme> schemes)
    {
        var keys = set.Select(KeyOf).ToArray();
        var certificates = new ServerCertificates(
            SslContextFactory.Create(this, set, keys, schemes),
            [.. set.Select(certificate => certificate.Signer.Pool).Distinct()],
            [.. keys.Select(key => key.Speed)]);
        _certificates.Add(certificates);
        return certificates;
    }

    private ProviderKey KeyOf(TlsCertificate certificate) =>
        _keys.TryGetValue(certificate, out var key) ? key : _keys[certificate] = new ProviderKey(certificate.Signer);
}
