namespace ForwardSecretProxy.Hosting;

/// <summary>
/// Keeps opened keys for as long as somebody uses them: a server that is replaced by a reload signs for its last
/// handshakes after its configuration has gone.
/// </summary>
/// <param name="keys">Disposed when the last lease is.</param>
internal sealed class KeyOwner(IDisposable keys)
{
    private int _leases;

    /// <summary>One more use of the keys, which disposing it ends. There must be another one, or have been none yet.</summary>
    public IDisposable Lease()
    {
        Interlocked.Increment(ref _leases);
        return new KeyLease(this);
    }

    private void Return()
    {
        if (Interlocked.Decrement(ref _leases) == 0) keys.Dispose();
    }

    private sealed class KeyLease(KeyOwner owner) : IDisposable
    {
        private int _returned;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0) owner.Return();
        }
    }
}
