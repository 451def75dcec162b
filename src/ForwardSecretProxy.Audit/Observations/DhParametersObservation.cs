namespace ForwardSecretProxy.Audit.Observations;

/// <summary>Finite-field parameters as a ServerKeyExchange has them (RFC 5246 section 7.4.3).</summary>
/// <param name="Bits">The prime's length.</param>
/// <param name="Prime">Big-endian hexadecimal.</param>
/// <param name="Generator">Big-endian hexadecimal.</param>
/// <param name="IsExport">Whether they came with an export suite.</param>
public sealed record DhParametersObservation(int Bits, string Prime, string Generator, bool IsExport);
