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
    private static readonly Dictionary<SignerAddress, Shared> InUse = [];
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

    /// <summary>What the signer has done with each key. Blocks.</summary>
    /// <exception cref="TokenException">It does not answer.</exception>
    public IReadOnlyList<KeyUse> KeyUses => Link.AskState().Keys;

    /// <summary>Reaches a token through its signer. Blocks.</summary>
    /// <param name="address">Where the signer listens.</param>
    /// <param name="user">Who it must run as; null where the rights on the socket's folder decide that.</param>
    /// <param name="queueTimeout">How long a handshake waits for its turn.</param>
    /// <param name="metrics">Where durations and counts go.</param>
    /// <exception cref="TokenException">It is not there, or its token is not.</exception>
    public static RemoteToken Open(SignerAddress address, uint? user, TimeSpan queueTimeout, SigningMetrics? metrics)
    {
        lock (Gate)
        {
            if (!InUse.TryGetValue(address, out var shared))
            {
                InUse.Add(address, shared = new Shared(address, user, queueTimeout, metrics));
            }

            shared.Users++;
            return new RemoteToken(shared);
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
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        lock (Gate)
        {
            if (--_shared.Users > 0) return;
            InUse.Remove(_shared.Address);
        }

        _shared.Dispose();
    }

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

    private sealed class Shared : IDisposable
    {
        // As many places as a token can have sessions by its configuration.
        private const int Places = 4096;

        public Shared(SignerAddress address, uint? user, TimeSpan queueTimeout, SigningMetrics? metrics)
        {
            Address = address;
            Link = new SignerLink(address, user, Places);
            var state = Link.AskState();
            Info = state.Info;
            CallTimeout = TimeSpan.FromMilliseconds(state.CallTimeoutMs);
            Pool = new SessionPool(
                new RemoteSessions(Link), Info.Label, Math.Clamp(state.Sessions, 1, Places), queueTimeout, metrics, TimeProvider.System);
        }

        public SignerAddress Address { get; }

        public SignerLink Link { get; }

        public TokenInfo Info { get; }

        public TimeSpan CallTimeout { get; }

        public SessionPool Pool { get; }

        public int Users { get; set; }

        public void Dispose()
        {
            Pool.Dispose();
            Link.Dispose();
        }
    }
}
