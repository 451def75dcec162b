namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>What a finished handshake agreed on, by the field's names.</summary>
/// <param name="Version"><c>TLSv1.3</c> or <c>TLSv1.2</c>.</param>
/// <param name="CipherSuite">By its IANA name, such as <c>TLS_AES_128_GCM_SHA256</c>.</param>
/// <param name="Group">The ephemeral key exchange group, such as <c>X25519</c>.</param>
/// <param name="SignatureScheme">What the server signed with; null for a resumed session, which signs nothing.</param>
/// <param name="ServerName">The name the client asked for (SNI), in lower case; null when it sent none.</param>
/// <param name="ApplicationProtocol">The ALPN protocol, such as <c>h2</c>; null when none was negotiated.</param>
/// <param name="Resumed">Whether a ticket replaced the signature. The key exchange is fresh all the same.</param>
/// <param name="ClientCertificate">The client's verified certificate; null when it was not asked for or has none.</param>
public sealed record TlsSessionInfo(
    string Version,
    string CipherSuite,
    string Group,
    string? SignatureScheme,
    string? ServerName,
    string? ApplicationProtocol,
    bool Resumed,
    TlsClientCertificate? ClientCertificate = null);
