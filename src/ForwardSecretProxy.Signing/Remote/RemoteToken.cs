using System.Security.Cryptography;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>
/// A token behind a signer process. This process loads no module and knows no PIN; it waits for its turn here and sends
/// the block that is to be signed. Uses of the same signer share its connection and its queue.
/// </summary>
public sealed class RemoteToken : IToken
{
    private static readonly Dictionary<(SignerAddress Address, uint? User), Shared> InUse = [];
    private static readonly Lock Gate = new();

    private readonly Shared _shared;
    private int _disposed;

    private RemoteToken(Shared shared) => _shared = shared;

    /// <inheritdoc/>
    public TokenInfo Info => _shared.Info;

    /// <inheritdoc/>
    public ISigningPool Pool => _shared.Pool;

    internal SignerLink Link => _shared.Link;

    internal SessionPool Sessions => _shared.Pool;

    /// <summary>How long a signature is waited for: as long as a call may take, and one that was before it.</summary>
    internal TimeSpan SignTimeout => 2 * _shared.CallTimeout;

    /// <summary>
    /// Reaches a token through its signer. The latest use sets the time limit, and how many sessions the signer has is asked anew.
    /// Blocks.
    /// </summary>
    /// <param name="address">Where the signer listens.</param>
    /// <param name="user">Who it must run as; null where the rights on the socket's folder decide that.</param>
    /// <param name="queueTimeout">How long a handshake waits for its turn.</param>
    /// <param name="metrics">Where durations and counts go.</param>
    /// <exception cref="TokenException">It is not there, or its token is not.</exception>
    public static RemoteToken Open(SignerAddress address, uint? user, TimeSpan queueTimeout, SigningMetrics? metrics)
    {
        var shared = Join(address, user);
        try
        {
            shared.Configure(queueTimeout, metrics);
            return new RemoteToken(shared);
        }
        catch
        {
            Leave(shared);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<ITokenSigner> OpenSignerAsync(
        Pkcs11Uri uri, ReadOnlyMemory<byte>? subjectPublicKeyInfo, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return OpenAsync();

        async Task<ITokenSigner> OpenAsync()
        {
            var key = await Task.Run(() => OpenKey(uri, subjectPublicKeyInfo?.ToArray()), cancellationToken);
            // The signer has just signed with it: what was not to be had before may be now.
            await _shared.Pool.TryAgainAsync(cancellationToken);
            return new RemoteSigner(this, uri, key);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyUse> ReadKeyUses() => Link.AskUses();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) Leave(_shared);
    }

    /// <summary>The token failed over a signature; see <see cref="SessionPool.Fail"/>.</summary>
    internal void Fail(int generation, TokenException reason) => _shared.Fail(generation, reason);

    /// <summary>Asks the signer for a key. Blocks.</summary>
    /// <exception cref="TokenException">There is none, or the token failed.</exception>
    /// <exception cref="SigningException">The token was not to be had in time.</exception>
    internal OfferedKey OpenKey(Pkcs11Uri uri, byte[]? publicKey)
    {
        var key = Link.AskForKey(uri, publicKey);
        if (!key.Report.Passed) throw new KeyRefusedException(key.Report);
        if (publicKey is not null && !CryptographicOperations.FixedTimeEquals(key.PublicKey, SubjectPublicKey.Parse(publicKey).Encoded.Span))
            throw new TokenException($"The signer offers another key than the certificate's for {uri}.");
        return key;
    }

    private static Shared Join(SignerAddress address, uint? user)
    {
        lock (Gate)
        {
            if (!InUse.TryGetValue((address, user), out var shared)) InUse.Add((address, user), shared = new Shared(address, user));
            shared.Users++;
            return shared;
        }
    }

    private static void Leave(Shared shared)
    {
        lock (Gate)
        {
            if (--shared.Users > 0) return;
            InUse.Remove((shared.Address, shared.User));
        }

        shared.Dispose();
    }

    private sealed class Shared(SignerAddress address, uint? user) : IDisposable
    {
        // As many places as a token can have sessions by its configuration.
        private const int Places = 4096;

        private readonly Lock _gate = new();
        private TokenState? _state;
        private SessionPool? _pool;
        private RemoteSessions? _sessions;

        public SignerAddress Address => address;

        public uint? User => user;

        public SignerLink Link { get; } = new(address, user, Places);

        // There is no use of it before the signer has answered.
        public TokenInfo Info => Volatile.Read(ref _state)!.Info;

        public TimeSpan CallTimeout => TimeSpan.FromMilliseconds(Volatile.Read(ref _state)!.CallTimeoutMs);

        public SessionPool Pool => _pool!;

        /// <summary>How many use it; under the lock of all.</summary>
        public int Users { get; set; }

        /// <summary>Asks the signer what it has. Blocks, and so holds a lock of its own: another signer may answer sooner.</summary>
        public void Configure(TimeSpan queueTimeout, SigningMetrics? metrics)
        {
            lock (_gate)
            {
                var state = Link.AskState();
                // By this the signer knows that the token is in use here, also before the first handshake.
                _ = Link.ConnectFirst();
                var sessions = Math.Clamp(state.Sessions, 1, Places);
                Volatile.Write(ref _state, state);
                _sessions ??= new RemoteSessions(Link);
                if (_pool is null)
                    _pool = new SessionPool(_sessions, state.Info.Label, sessions, queueTimeout, metrics, TimeProvider.System);
                else
                    _pool.Configure(sessions, queueTimeout);
            }
        }

        public void Fail(int generation, TokenException reason)
        {
            // First: what is tried for next has to ask.
            _sessions!.Forget();
            Pool.Fail(generation, reason);
        }

        public void Dispose()
        {
            _pool?.Dispose();
            Link.Dispose();
        }
    }
}
