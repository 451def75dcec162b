namespace ForwardSecretProxy.Signing.Remote;

/// <summary>One place for a request that is under way. Its fields are its connection's, under the connection's lock.</summary>
internal sealed class PendingAnswer
{
    /// <summary>The number of the request that it waits for, in whose lower half stands the place's own.</summary>
    public uint Number { get; set; }

    /// <summary>Whether the answer is there.</summary>
    public bool IsDone { get; set; }

    /// <summary>The answer's status.</summary>
    public SignStatus Status { get; set; }

    /// <summary>How many bytes of <see cref="Content"/> count.</summary>
    public int Length { get; set; }

    /// <summary>The signature, or the reason in words.</summary>
    public byte[] Content { get; } = new byte[SignerProtocol.MaxAnswer - SignerProtocol.AnswerHeader];

    private bool _isWoken;

    /// <summary>Before it is waited for: forgets an earlier <see cref="Wake"/>.</summary>
    public void Prepare()
    {
        lock (this) _isWoken = false;
    }

    /// <summary>Ends a wait, or the next one.</summary>
    public void Wake()
    {
        lock (this)
        {
            _isWoken = true;
            Monitor.Pulse(this);
        }
    }

    /// <summary>Waits for <see cref="Wake"/>; false when the time has passed.</summary>
    public bool Wait(TimeSpan limit)
    {
        lock (this)
        {
            return _isWoken || Monitor.Wait(this, limit) || _isWoken;
        }
    }
}
