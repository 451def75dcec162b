using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Observations;

/// <summary>The groups of one version.</summary>
/// <param name="Version">TLS 1.2 (which stands for all before it, too) or TLS 1.3.</param>
/// <param name="Groups">Those the server agrees on.</param>
/// <param name="ServerPreference">Whether the server's order decides; then <paramref name="Groups"/> are in that order.</param>
public sealed record GroupObservation(TlsVersion Version, IReadOnlyList<NamedGroup> Groups, Answer ServerPreference);
