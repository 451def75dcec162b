using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.OpenSsl.Client;

/// <summary>What a TLS client offers, as an immutable value.</summary>
public sealed record TlsClientOptions
{
    /// <summary>The one version that is spoken.</summary>
    public required TlsVersion Version { get; init; }

    /// <summary>Key exchange groups by libssl's names, most preferred first; a share of the first is sent.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>Cipher suites by libssl's names, most preferred first.</summary>
    public required IReadOnlyList<string> CipherSuites { get; init; }

    /// <summary>Signature schemes by libssl's names; empty for libssl's own list.</summary>
    public IReadOnlyList<string> SignatureSchemes { get; init; } = [];

    /// <summary>The name sent in SNI (RFC 6066 section 3), and checked when there is a <see cref="CaFile"/>; null for none.</summary>
    public string? ServerName { get; init; }

    /// <summary>The protocol offered in ALPN (RFC 7301); null for none.</summary>
    public string? ApplicationProtocol { get; init; }

    /// <summary>
    /// PEM file of the roots to trust. Null, the default, leaves the chain unverified; that the server holds the
    /// certificate's key is verified in every full handshake either way.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>Whether a connection keeps the last ticket it gets and offers it, in TLS 1.3 once, in its next life.</summary>
    public bool Resume { get; init; }
}
