namespace ForwardSecretProxy.Signing.Redundancy;

/// <summary>
/// One key on one or more tokens. What one token fails to sign another one signs, if it has a session free.
/// </summary>
public sealed class RedundantSigner : ISigner
{
    private readonly IReadOnlyList<WatchedSigner> _keys;
    private readonly RedundantPool _pool;

    /// <param name="keys">The key on each token, all with the same public half.</param>
    /// <param name="isAlone">See <see cref="RedundantPool"/>.</param>
    public RedundantSigner(IReadOnlyList<WatchedSigner> keys, bool isAlone = false)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (!keys.All(key => key.SubjectPublicKeyInfo.Span.SequenceEqual(keys[0].SubjectPublicKeyInfo.Span)))
            throw new ArgumentException("They are not the same key.", nameof(keys));
        _keys = keys;
        _pool = new RedundantPool([.. keys.Select(key => key.Health)], isAlone);
        Schemes = [.. keys[0].Schemes.Where(scheme => keys.All(key => key.Schemes.Contains(scheme)))];
        MaxSignatureLength = keys.Max(key => key.MaxSignatureLength);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _keys[0].SubjectPublicKeyInfo;

    /// <inheritdoc/>
    /// <remarks>Those that all of the tokens make: the token is chosen before the scheme is known.</remarks>
    public IReadOnlyList<SignatureScheme> Schemes { get; }

    /// <inheritdoc/>
    public int MaxSignatureLength { get; }

    /// <summary>The tokens.</summary>
    public RedundantPool Tokens => _pool;

    /// <inheritdoc/>
    public ISigningPool Pool => _pool;

    /// <inheritdoc/>
    /// <remarks>Of the lease's token, and of no other.</remarks>
    public void Test(ISigningLease lease)
    {
        var own = OwnOf(lease);
        _keys[own.Token].Test(own.Session);
    }

    /// <inheritdoc/>
    public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        var own = OwnOf(lease);
        for (var tried = 0u; ;)
        {
            tried |= 1u << own.Token;
            try
            {
                return _keys[own.Token].Sign(own.Session, scheme, message, destination);
            }
            catch (SigningException)
            {
                if (!_pool.TryMove(own, tried)) throw;
            }
        }
    }

    private RedundantLease OwnOf(ISigningLease lease) => lease is RedundantLease own && _pool.Equals(own.Pool)
        ? own
        : throw new ArgumentException("Not a lease from this signer's pool.", nameof(lease));
}
