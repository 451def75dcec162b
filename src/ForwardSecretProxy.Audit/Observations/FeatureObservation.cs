namespace ForwardSecretProxy.Audit.Observations;

/// <summary>Features of the protocol, each by itself.</summary>
public sealed record FeatureObservation
{
    /// <summary>renegotiation_info is answered (RFC 5746), in TLS 1.2 and before.</summary>
    public Answer SecureRenegotiation { get; init; }

    /// <summary>A client may start a second handshake inside a connection of TLS 1.2 or before.</summary>
    public Answer ClientRenegotiation { get; init; }

    /// <summary>The server compresses (RFC 3749).</summary>
    public Answer Compression { get; init; }

    /// <summary>The master secret depends on the whole handshake (RFC 7627), in TLS 1.2 and before.</summary>
    public Answer ExtendedMasterSecret { get; init; }

    /// <summary>CBC suites authenticate what was encrypted and not the other way round (RFC 7366).</summary>
    public Answer EncryptThenMac { get; init; }

    /// <summary>
    /// A server of TLS 1.3 (or 1.2) marks its random when it agrees on less (RFC 8446 section 4.1.3). Unknown when it
    /// speaks nothing less.
    /// </summary>
    public Answer DowngradeSentinel { get; init; }

    /// <summary>A repeated ClientHello of a lower version is refused (RFC 7507). Unknown with one version only.</summary>
    public Answer FallbackScsv { get; init; }

    /// <summary>The heartbeat extension is answered (RFC 6520).</summary>
    public Answer Heartbeat { get; init; }

    /// <summary>The extensions seen in ServerHello, EncryptedExtensions and Certificate messages, by number.</summary>
    public IReadOnlyList<int> Extensions { get; init; } = [];
}
