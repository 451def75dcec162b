namespace ForwardSecretProxy.Signing.Keys;

/// <summary>One thing that the key gate looked at.</summary>
/// <param name="Check">What: an attribute's PKCS#11 name, or the attempt in words.</param>
/// <param name="Wanted">What a key that cannot leave its token has here.</param>
/// <param name="Found">What was found.</param>
/// <param name="Why">Why it matters.</param>
/// <param name="Passed">Whether it is as wanted.</param>
public sealed record KeyGateFinding(string Check, string Wanted, string Found, string Why, bool Passed);
