namespace ForwardSecretProxy.Audit.Observations;

/// <summary>The answer to one request for <c>/</c>.</summary>
/// <param name="Status">The status code.</param>
/// <param name="StrictTransportSecurity">The header's value (RFC 6797), or null when it is absent.</param>
public sealed record HttpObservation(int Status, string? StrictTransportSecurity);
