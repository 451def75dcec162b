namespace ForwardSecretProxy.Signing.Redundancy;

/// <summary>
/// The sessions of one or more tokens that hold the same key: a lease is of the one that has least to do. Equal to another
/// pool over the same tokens.
/// </summary>
/// <param name="tokens">The tokens, at most 32.</param>
/// <param name="isAlone">Whether there is only one token and no other key: whoever waits has nowhere else to go.</param>
public sealed class RedundantPool(IReadOnlyList<TokenHealth> tokens, bool isAlone = false) : ISigningPool, IEquatable<RedundantPool>
{
    /// <summary>The tokens.</summary>
    public IReadOnlyList<TokenHealth> Tokens => tokens;

    /// <inheritdoc/>
    public bool IsAvailable
    {
        get
        {
            foreach (var token in tokens)
            {
                if (token.IsAvailable) return true;
            }

            return false;
        }
    }

    /// <inheritdoc/>
    /// <remarks>When one token gives none, another one is asked.</remarks>
    public async ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken)
    {
        var next = Choose(tried: 0);
        // All of them may be back before anybody has noticed.
        if (next < 0) next = LeastLoaded(tried: 0, evenSuspected: true);
        for (var tried = 0u; ;)
        {
            tried |= 1u << next;
            try
            {
                var session = await tokens[next].AcquireAsync(claim, isLetGo: !isAlone, cancellationToken).ConfigureAwait(false);
                return new RedundantLease(this, next, session);
            }
            catch (SigningException)
            {
                next = Choose(tried);
                if (next < 0) throw;
            }
        }
    }

    /// <summary>Looks whether tokens are silent, and lets nobody wait for one while another one can sign.</summary>
    public void Check()
    {
        foreach (var token in tokens) token.Check();
        if (tokens.Count == 1 || !IsAvailable) return;
        foreach (var token in tokens)
        {
            if (!token.IsAvailable) token.ReleaseWaiters();
        }
    }

    /// <inheritdoc/>
    public bool Equals(RedundantPool? other) => other is not null && tokens.SequenceEqual(other.Tokens);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RedundantPool);

    /// <inheritdoc/>
    public override int GetHashCode() => tokens[0].GetHashCode();

    /// <summary>
    /// Puts a session of a token that is not among <paramref name="tried"/> into the lease, if one is free: whoever signs
    /// does not wait.
    /// </summary>
    internal bool TryMove(RedundantLease lease, uint tried)
    {
        for (var next = Choose(tried); next >= 0; next = Choose(tried))
        {
            tried |= 1u << next;
            if (tokens[next].TryAcquire() is not { } session) continue;
            lease.Replace(next, session);
            return true;
        }

        return false;
    }

    internal void ReleaseWaiters()
    {
        foreach (var token in tokens) token.ReleaseWaiters();
    }

    /// <summary>The one of those that can sign that has least to do; negative for none.</summary>
    private int Choose(uint tried) => LeastLoaded(tried, evenSuspected: false);

    private int LeastLoaded(uint tried, bool evenSuspected)
    {
        var best = -1;
        for (var i = 0; i < tokens.Count; i++)
        {
            if ((tried & 1u << i) == 0 && (evenSuspected || tokens[i].IsAvailable) && (best < 0 || tokens[i].Load < tokens[best].Load))
                best = i;
        }

        return best;
    }
}
