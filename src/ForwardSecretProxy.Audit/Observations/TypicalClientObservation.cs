using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Observations;

/// <summary>What a client that offers what today's browsers do ends up with.</summary>
/// <param name="Version">The version.</param>
/// <param name="Suite">The suite.</param>
/// <param name="Group">The group of the key exchange, as in <see cref="KeyShareObservation.Group"/>; null when there is no ephemeral one.</param>
public sealed record TypicalClientObservation(TlsVersion Version, CipherSuite Suite, string? Group);
