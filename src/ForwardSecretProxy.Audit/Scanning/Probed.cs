namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>What was seen, and what could not be learnt.</summary>
/// <param name="Seen">An answer that is missing in it is unknown.</param>
/// <param name="Gaps">Each a sentence.</param>
internal sealed record Probed<T>(T Seen, IReadOnlyList<string> Gaps);
