using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>What a complete handshake offers. What is not set is offered as an ordinary client would.</summary>
/// <param name="Version">TLS 1.0 to 1.3. From TLS 1.2 on down the server may choose less, in TLS 1.3 it may not.</param>
internal sealed record HandshakeOffer(TlsVersion Version)
{
    /// <summary>The name in SNI; null for none.</summary>
    public string? ServerName { get; init; }

    /// <summary>The suites, the most wanted first.</summary>
    public IReadOnlyList<CipherSuite> Suites { get; init; } = CompletableSuites.For(Version);

    /// <summary>The groups, the most wanted first. TLS 1.2 and before get curves only, so that DHE stays the server's choice.</summary>
    public IReadOnlyList<NamedGroup> Groups { get; init; } = Version == TlsVersion.Tls13 ? UsualGroups
        : [.. UsualGroups.Where(group => group.Kind == NamedGroupKind.Curve)];

    /// <summary>The groups of TLS 1.3 that shares are sent for; for others of the list the server has to ask.</summary>
    public IReadOnlyList<NamedGroup>? Shares { get; init; }

    /// <summary>The signature schemes. One of them alone asks a server whether it signs with it.</summary>
    public IReadOnlyList<SignatureScheme> Schemes { get; init; } = Version == TlsVersion.Tls13 ? ModernSchemes : UsualSchemes;

    /// <summary>Names for ALPN (RFC 7301).</summary>
    public IReadOnlyList<string> ApplicationProtocols { get; init; } = [];

    /// <summary>A session to resume. The server may always do a full handshake instead.</summary>
    public SavedSession? Session { get; init; }

    /// <summary>How a ticket of TLS 1.3 may be used: 0 without a key exchange (psk_ke), 1 with one (psk_dhe_ke).</summary>
    public IReadOnlyList<byte> PskModes { get; init; } = [1];

    /// <summary>
    /// Asks for early data with the ticket. The first flight is then empty all the same: nothing can be replayed that does
    /// anything.
    /// </summary>
    public bool EarlyData { get; init; }

    /// <summary>Whether TLS 1.3 may answer that it takes heartbeats (RFC 6520). None is sent.</summary>
    public bool Heartbeat { get; init; }

    /// <summary>Whether TLS 1.2 and before may give a ticket.</summary>
    public bool Tickets { get; init; } = true;

    /// <summary>RFC 7627.</summary>
    public bool ExtendedMasterSecret { get; init; } = true;

    /// <summary>RFC 7366.</summary>
    public bool EncryptThenMac { get; init; } = true;

    private static IReadOnlyList<NamedGroup> UsualGroups => field ??=
    [
        .. new[]
        {
            "x25519", "secp256r1", "x448", "secp384r1", "secp521r1", "X25519MLKEM768", "brainpoolP256r1", "brainpoolP384r1",
            "brainpoolP512r1", "secp256k1", "ffdhe2048", "ffdhe3072", "ffdhe4096",
        }.Select(name => NamedGroups.Find(name)!),
    ];

    // MD5 and GOST stay out: whoever has nothing else is found by asking for them alone.
    private static IReadOnlyList<SignatureScheme> UsualSchemes => field ??=
    [
        .. SignatureSchemes.All.Where(scheme => scheme.Key is Authentication.Rsa or Authentication.Ecdsa or Authentication.Dss
            && scheme.Code >> 8 is not (1 or 7)).OrderByDescending(scheme => scheme.Code >> 8 == 8)
            .ThenByDescending(scheme => scheme.Code),
    ];

    private static IReadOnlyList<SignatureScheme> ModernSchemes => field ??=
    [
        .. SignatureSchemes.All.Where(scheme => scheme.Key == Authentication.MlDsa),
        .. UsualSchemes.Where(scheme => scheme.Key != Authentication.Dss),
    ];
}
