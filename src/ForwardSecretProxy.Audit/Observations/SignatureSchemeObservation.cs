using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Observations;

/// <summary>The schemes of one version.</summary>
/// <param name="Version">TLS 1.2 or TLS 1.3.</param>
/// <param name="Schemes">Those the server signs with when it is offered nothing else.</param>
public sealed record SignatureSchemeObservation(TlsVersion Version, IReadOnlyList<SignatureScheme> Schemes);
