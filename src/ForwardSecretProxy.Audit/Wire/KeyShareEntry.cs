namespace ForwardSecretProxy.Audit.Wire;

/// <summary>A key share of TLS 1.3 (RFC 8446 section 4.2.8).</summary>
/// <param name="Group">The group's number.</param>
/// <param name="Share">The share as it is on the wire; empty in a HelloRetryRequest.</param>
internal sealed record KeyShareEntry(ushort Group, byte[] Share);
