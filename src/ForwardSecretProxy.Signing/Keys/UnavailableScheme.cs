namespace ForwardSecretProxy.Signing.Keys;

/// <summary>A scheme that the key's kind could make and its token cannot; it is not offered to clients.</summary>
/// <param name="Scheme">The scheme.</param>
/// <param name="Reason">What the token said.</param>
public sealed record UnavailableScheme(SignatureScheme Scheme, string Reason);
