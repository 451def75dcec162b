using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>In what a BouncyCastle server differs from a good one.</summary>
internal sealed record BouncyCastleTraits
{
    /// <summary>What it speaks, the newest first.</summary>
    public ProtocolVersion[] Versions { get; init; } = [ProtocolVersion.TLSv13, ProtocolVersion.TLSv12];

    /// <summary>In its order of preference.</summary>
    public int[] Suites { get; init; } =
        [CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256];

    /// <summary>Where it gets its key pairs from.</summary>
    public BcTlsCrypto Crypto { get; init; } = new BrowserCrypto();

    /// <summary>Whether it issues TLS 1.2 tickets that begin with the same 16 bytes, and how long they are good, in seconds.</summary>
    public int? TicketLifetime { get; init; }

    /// <summary>Whether the signatures of its handshakes are wrong.</summary>
    public bool SignsWrongly { get; init; }

    /// <summary>Whether it answers the heartbeat extension (RFC 6520).</summary>
    public bool AnswersHeartbeat { get; init; }

    /// <summary>Whether it leaves the mark of RFC 8446 section 4.1.3 out.</summary>
    public bool HidesDowngrade { get; init; }

    /// <summary>Whether it knows nothing of RFC 5746.</summary>
    public bool IgnoresSecureRenegotiation { get; init; }

    /// <summary>Whether it ignores TLS_FALLBACK_SCSV (RFC 7507).</summary>
    public bool IgnoresFallback { get; init; }
}
