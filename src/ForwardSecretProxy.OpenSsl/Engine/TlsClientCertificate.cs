namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>A client's certificate that was verified, with proof in the handshake that the client has its key.</summary>
/// <param name="Der">The certificate.</param>
/// <param name="Subject">
/// Its subject as RFC 4514 writes it, most specific part first, such as <c>CN=alice,O=Example\, Inc.</c>; printable ASCII
/// only, every other byte of its UTF-8 form as <c>\</c> and two hexadecimal digits. Empty for an empty subject.
/// </param>
public sealed record TlsClientCertificate(ReadOnlyMemory<byte> Der, string Subject);
