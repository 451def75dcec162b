namespace ForwardSecretProxy.Signing;

/// <summary>
/// The signing capacity of one token: as many leases as it has sessions. Waiting for one never blocks a thread.
/// </summary>
public interface ISigningPool
{
    /// <summary>Waits for a free session.</summary>
    /// <exception cref="SigningException">
    /// None became free within the pool's time limit, or the token is gone.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller gave up first.</exception>
    ValueTask<ISigningLease> AcquireAsync(CancellationToken cancellationToken);
}
