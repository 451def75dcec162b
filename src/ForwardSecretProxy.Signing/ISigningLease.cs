namespace ForwardSecretProxy.Signing;

/// <summary>
/// The right to use one token session until disposed. Not thread-safe, may move between threads.
/// </summary>
public interface ISigningLease : IDisposable
{
    /// <summary>The pool that takes it back.</summary>
    ISigningPool Pool { get; }
}
