namespace ForwardSecretProxy.Signing;

/// <summary>Whether a token can be used.</summary>
/// <param name="Token">Its label.</param>
/// <param name="Problem">Why it cannot, in an operator's words; null when it can.</param>
public readonly record struct TokenAvailability(string Token, string? Problem);
