namespace ForwardSecretProxy.Audit.Observations;

/// <summary>A key share that came more than once.</summary>
/// <param name="Share">Hexadecimal; of long ones the first 32 bytes.</param>
/// <param name="Times">How often it came, at least 2.</param>
/// <param name="Seconds">The time from the first to the last time it came.</param>
public sealed record RepeatedKeyShare(string Share, int Times, double Seconds);
