namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>The keys of one direction in TLS 1.2 and before (RFC 5246 section 6.3).</summary>
/// <param name="Mac">Empty for an AEAD.</param>
/// <param name="Key">Of the cipher.</param>
/// <param name="Iv">What the first record of TLS 1.0 starts from, or the fixed part of an AEAD's nonce.</param>
internal sealed record DirectionKeys(byte[] Mac, byte[] Key, byte[] Iv);
