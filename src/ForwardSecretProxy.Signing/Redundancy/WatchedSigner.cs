namespace ForwardSecretProxy.Signing.Redundancy;

/// <summary>A key on one token, whose signatures count for the token's health. Its pool is the token's own.</summary>
/// <param name="inner">Signs.</param>
/// <param name="health">The token's health.</param>
public sealed class WatchedSigner(ISigner inner, TokenHealth health) : ISigner
{
    /// <summary>The token's health.</summary>
    public TokenHealth Health => health;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => inner.SubjectPublicKeyInfo;

    /// <inheritdoc/>
    public IReadOnlyList<SignatureScheme> Schemes => inner.Schemes;

    /// <inheritdoc/>
    public int MaxSignatureLength => inner.MaxSignatureLength;

    /// <inheritdoc/>
    public ISigningPool Pool => inner.Pool;

    /// <inheritdoc/>
    public void Test(ISigningLease lease)
    {
        var begun = health.Begin();
        try
        {
            inner.Test(lease);
            health.Succeeded(begun);
        }
        catch (Exception exception)
        {
            health.Failed(exception.Message);
            throw;
        }
    }

    /// <inheritdoc/>
    public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        var begun = health.Begin();
        try
        {
            var length = inner.Sign(lease, scheme, message, destination);
            health.Succeeded(begun);
            return length;
        }
        catch (Exception exception)
        {
            health.Failed(exception.Message);
            throw;
        }
    }
}
