namespace ForwardSecretProxy.Signing.Sessions;

/// <summary>How often a token did what it must not do.</summary>
internal sealed class FaultCounts
{
    private int _wrongSignatures;
    private int _expiredCalls;

    /// <summary>Signatures that did not verify.</summary>
    public int WrongSignatures => Volatile.Read(ref _wrongSignatures);

    /// <summary>Calls that took longer than they may.</summary>
    public int ExpiredCalls => Volatile.Read(ref _expiredCalls);

    /// <summary>Counts a signature.</summary>
    public void AddWrongSignature() => Interlocked.Increment(ref _wrongSignatures);

    /// <summary>Counts a call.</summary>
    public void AddExpiredCall() => Interlocked.Increment(ref _expiredCalls);
}
