namespace ForwardSecretProxy.Signing.Redundancy;

/// <summary>A lease of one of several tokens, which may become one of another while it is held.</summary>
internal sealed class RedundantLease(RedundantPool pool, int token, ISigningLease session) : ISigningLease
{
    private int _disposed;

    /// <inheritdoc/>
    public ISigningPool Pool => pool;

    /// <summary>The token's index in the pool.</summary>
    public int Token { get; private set; } = token;

    /// <summary>The token's own lease.</summary>
    public ISigningLease Session { get; private set; } = session;

    /// <summary>Gives the session back and holds another one.</summary>
    public void Replace(int token, ISigningLease session)
    {
        Return();
        (Token, Session) = (token, session);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) Return();
    }

    private void Return()
    {
        Session.Dispose();
        pool.Tokens[Token].Returned();
    }
}
