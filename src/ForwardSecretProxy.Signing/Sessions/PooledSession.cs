namespace ForwardSecretProxy.Signing.Sessions;

/// <summary>
/// One session with a token and the buffers to sign in it, leased to one user at a time. The lease is the session
/// object itself, so that leasing allocates nothing.
/// </summary>
internal sealed class PooledSession(SessionPool pool, ulong handle, int generation) : ISigningLease
{
    // The longest input is a SHA-512 DigestInfo of 83 bytes, the longest signature an RSA-4096 one.
    private const int InputLength = 96;
    private const int OutputLength = 512;

    private int _leased;

    /// <inheritdoc/>
    public ISigningPool Pool => pool;

    /// <summary>The token's handle of the session.</summary>
    public ulong Handle { get; private set; } = handle;

    /// <summary>Which of the pool's lives it was opened in; object handles of another are not valid in it.</summary>
    public int Generation { get; private set; } = generation;

    /// <summary>Set when the session is of no further use; its pool then closes it instead of keeping it.</summary>
    public bool Broken { get; set; }

    /// <summary>What a mechanism is given.</summary>
    public byte[] Input { get; } = new byte[InputLength];

    /// <summary>What the token answers; as long as the longest signature.</summary>
    public byte[] Output { get; } = new byte[OutputLength];

    /// <summary>How many signatures have been made in it; one leaseholder at a time counts.</summary>
    public int Signatures { get; set; }

    /// <summary>Whether somebody holds the lease.</summary>
    public bool Leased => Volatile.Read(ref _leased) != 0;

    /// <summary>Gives the session back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _leased, 0) != 0)
            pool.Return(this);
    }

    /// <summary>The timestamp at which it was leased last.</summary>
    public long LeasedAt { get; private set; }

    /// <summary>Marks it leased; called by the pool.</summary>
    public void Lease(long now)
    {
        LeasedAt = now;
        Volatile.Write(ref _leased, 1);
    }

    /// <summary>Puts a newly opened session in the place of one that has ended; called by the pool.</summary>
    public void Replace(ulong handle, int generation)
    {
        Handle = handle;
        Generation = generation;
        Signatures = 0;
    }
}
