using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>What a complete handshake showed of the server. There is no secret in it.</summary>
internal sealed record HandshakeFacts
{
    /// <summary>What was agreed on.</summary>
    public required TlsVersion Version { get; init; }

    /// <summary>What was agreed on.</summary>
    public required CipherSuite Suite { get; init; }

    /// <summary>The group of the key exchange; null without one, and for finite-field parameters of the server's own.</summary>
    public NamedGroup? Group { get; init; }

    /// <summary>The server's key share; null without a key exchange.</summary>
    public byte[]? ServerShare { get; init; }

    /// <summary>Whether the session that was offered was taken up.</summary>
    public bool IsResumed { get; init; }

    /// <summary>Whether the server sent a HelloRetryRequest.</summary>
    public bool WasRetried { get; init; }

    /// <summary>Whether the server asked for a certificate. It got none.</summary>
    public bool WantsClientCertificate { get; init; }

    /// <summary>The certificates; null in a handshake without any, as a resumed one is.</summary>
    public CertificateMessage? Certificate { get; init; }

    /// <summary>Whether an OCSP response came.</summary>
    public bool IsStapled { get; init; }

    /// <summary>The signature over the key exchange, or in TLS 1.3 over the handshake; null without one.</summary>
    public HandshakeSignature? Signature { get; init; }

    /// <summary>What ALPN agreed on, or null.</summary>
    public string? ApplicationProtocol { get; init; }

    /// <summary>Of ServerHello and EncryptedExtensions.</summary>
    public IReadOnlyList<HelloExtension> Extensions { get; init; } = [];

    /// <summary>Whether the server took early data (RFC 8446 section 4.2.10).</summary>
    public bool EarlyDataAccepted { get; init; }

    /// <summary>The session ID of TLS 1.2 and before.</summary>
    public byte[] SessionId { get; init; } = [];

    /// <summary>Whether an extension was answered.</summary>
    public bool Has(ExtensionType type) => Extensions.Any(extension => extension.Type == type);
}
