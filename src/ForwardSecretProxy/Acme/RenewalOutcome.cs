namespace ForwardSecretProxy.Acme;

/// <summary>What came of looking after one certificate.</summary>
/// <param name="Certificate">Its name in the configuration.</param>
/// <param name="Result">Whether something was done.</param>
/// <param name="NotAfter">When the certificate that is in its place now expires; null when there is none.</param>
/// <param name="Next">When to look again; null for not before somebody says that the PIN, which a token refused, is right now.</param>
/// <param name="Message">What went wrong, or is still remembered to have; null for nothing.</param>
internal sealed record RenewalOutcome(
    string Certificate, RenewalResult Result, DateTimeOffset? NotAfter, DateTimeOffset? Next, string? Message);

/// <summary>Whether something was done.</summary>
internal enum RenewalResult
{
    /// <summary>It is too early.</summary>
    NotDue,

    /// <summary>It is due, and the time to try again has not come.</summary>
    Waiting,

    /// <summary>A new certificate is in its place.</summary>
    Renewed,

    /// <summary>It is due, and could not be renewed; the one before is in its place.</summary>
    Failed,
}
