namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// What a TLS server offers, as an immutable value. Everything that can be expressed here is forward secret: there is
/// no way to ask for static key exchange, finite-field DHE, CBC, 0-RTT, TLS 1.2 resumption or a ticket key.
/// </summary>
public sealed record TlsPolicy
{
    /// <summary>All the TLS 1.2 suites that can be offered, best first: ECDHE with an AEAD (RFC 5289, RFC 7905).</summary>
    public static IReadOnlyList<string> KnownTls12Suites { get; } =
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ];

    /// <summary>All the TLS 1.3 suites, best first (RFC 8446 appendix B.4).</summary>
    public static IReadOnlyList<string> KnownTls13Suites { get; } =
        ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

    /// <summary>
    /// All the key exchange groups, best first. The hybrid is skipped where libssl is older than 3.5.
    /// </summary>
    public static IReadOnlyList<string> KnownGroups { get; } = [Hybrid, "X25519", "P-256", "P-384"];

    /// <summary>ML-KEM-768 and X25519 at once: safe as long as either is.</summary>
    internal const string Hybrid = "X25519MLKEM768";

    /// <summary>TLS 1.3 only.</summary>
    public static TlsPolicy Modern { get; } = new() { MinimumVersion = TlsVersion.Tls13 };

    /// <summary>TLS 1.3 and 1.2, the default: mail clients and embedded devices still come with 1.2.</summary>
    public static TlsPolicy Intermediate { get; } = new() { MinimumVersion = TlsVersion.Tls12 };

    /// <summary>The oldest version that is spoken.</summary>
    public required TlsVersion MinimumVersion { get; init; }

    /// <summary>Key exchange groups, most preferred first; each one of <see cref="KnownGroups"/>.</summary>
    public IReadOnlyList<string> Groups { get; init; } = KnownGroups;

    /// <summary>How returning clients are resumed.</summary>
    public ResumptionPolicy Resumption { get; init; } = new();

    /// <summary>What a client may cost before its handshake is done.</summary>
    public HandshakeLimits Limits { get; init; } = new();
}

/// <summary>A TLS protocol version, by its number on the wire.</summary>
public enum TlsVersion
{
    /// <summary>RFC 5246.</summary>
    Tls12 = 0x0303,

    /// <summary>RFC 8446.</summary>
    Tls13 = 0x0304,
}
