namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>A signature that ties a handshake to the server's certificate.</summary>
/// <param name="Name">The scheme's name; before TLS 1.2, what is fixed there.</param>
/// <param name="Scheme">The scheme's number, from TLS 1.2 on.</param>
/// <param name="Holds">Whether it is right; null when it cannot be computed with here.</param>
internal sealed record HandshakeSignature(string Name, ushort? Scheme, bool? Holds);
