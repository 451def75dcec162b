namespace ForwardSecretProxy.Acme;

/// <summary>Something did not go as it should with an authority; the message says what, and how to mend it.</summary>
/// <param name="message">For an operator; it never holds a secret.</param>
/// <param name="problem">What the authority said; null when it was not the authority that refused.</param>
/// <param name="retryAfter">When the authority wants to be asked again; null when it did not say.</param>
internal sealed class AcmeException(string message, AcmeProblem? problem = null, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>What the authority said; null when it was not the authority that refused.</summary>
    public AcmeProblem? Problem => problem;

    /// <summary>When the authority wants to be asked again; null when it did not say.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}
