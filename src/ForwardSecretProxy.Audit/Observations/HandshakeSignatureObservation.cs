using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Observations;

/// <summary>Signatures by which the server ties its ephemeral key share to its certificate.</summary>
/// <param name="Version">The version.</param>
/// <param name="Scheme">The scheme's name; before TLS 1.2, what is fixed there.</param>
/// <param name="Verified">How many held.</param>
/// <param name="Broken">How many did not.</param>
public sealed record HandshakeSignatureObservation(TlsVersion Version, string Scheme, int Verified, int Broken);
