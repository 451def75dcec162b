namespace ForwardSecretProxy.Signing;

/// <summary>
/// The signing capacity of one token: as many leases as it has sessions. Waiting for one never blocks a thread.
/// </summary>
public interface ISigningPool
{
    /// <summary>
    /// Whether a session can be expected: false from the moment the token failed until it is known to be back. Cheap, and
    /// no promise.
    /// </summary>
    bool IsAvailable { get; }

    /// <summary>Waits for a free session.</summary>
    /// <param name="claim">Who asks, and for how long the answer is of use.</param>
    /// <param name="cancellationToken">The caller gave up.</param>
    /// <exception cref="SigningException">
    /// None became free within the pool's time limit, none will within the claim's, or the token is gone.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller gave up first.</exception>
    ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken);

    /// <summary>A session that is free now; null for none, and always from pools of which all sessions are waited for.</summary>
    ISigningLease? TryAcquire() => null;
}

/// <summary>Who waits for a session.</summary>
/// <param name="Client">
/// A number that stands for the client, the same for all its connections; zero for the proxy itself. Clients that wait take
/// turns.
/// </param>
/// <param name="Limit">How long the caller can wait; null for as long as the pool lets it.</param>
public readonly record struct SigningClaim(ulong Client, TimeSpan? Limit);

/// <summary>What every pool can do.</summary>
public static class SigningPoolExtensions
{
    /// <summary>Waits for a free session for the proxy itself.</summary>
    /// <inheritdoc cref="ISigningPool.AcquireAsync"/>
    public static ValueTask<ISigningLease> AcquireAsync(this ISigningPool pool, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return pool.AcquireAsync(default, cancellationToken);
    }
}
