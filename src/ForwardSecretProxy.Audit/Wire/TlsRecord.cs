namespace ForwardSecretProxy.Audit.Wire;

/// <summary>A record (RFC 8446 section 5.1).</summary>
/// <param name="Type">What it carries.</param>
/// <param name="Version">Of its header.</param>
/// <param name="Fragment">What it carries, decrypted where it was encrypted.</param>
internal sealed record TlsRecord(ContentType Type, ushort Version, byte[] Fragment) : IIncoming;
