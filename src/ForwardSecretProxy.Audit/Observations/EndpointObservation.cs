namespace ForwardSecretProxy.Audit.Observations;

/// <summary>
/// All that a scan saw of one server, without any judgement: what is good or bad about it is a check's or a profile's to say.
/// </summary>
public sealed record EndpointObservation
{
    /// <summary>The host as it was asked for: a name, or an address without brackets.</summary>
    public required string Host { get; init; }

    /// <summary>1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>The address that was scanned.</summary>
    public required string Address { get; init; }

    /// <summary>The name sent in SNI, if any.</summary>
    public string? ServerName { get; init; }

    /// <summary>The protocol spoken before TLS, as <c>--starttls</c> takes it; null for TLS from the first byte.</summary>
    public string? StartTls { get; init; }

    /// <summary>When the scan began.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>How many connections it made.</summary>
    public int Connections { get; init; }

    /// <summary>Every version from SSL 2.0 on, the oldest first, with the suites it is spoken with.</summary>
    public IReadOnlyList<VersionObservation> Versions { get; init; } = [];

    /// <summary>What ordinary clients end up with; null when they are refused, or when it is not known.</summary>
    public TypicalClientObservation? TypicalClient { get; init; }

    /// <summary>The groups the server agrees on, by version, in its order of preference where it has one.</summary>
    public IReadOnlyList<GroupObservation> Groups { get; init; } = [];

    /// <summary>The schemes the server signs with, by version.</summary>
    public IReadOnlyList<SignatureSchemeObservation> SignatureSchemes { get; init; } = [];

    /// <summary>The distinct finite-field parameters seen in ServerKeyExchange messages (TLS 1.2 and before).</summary>
    public IReadOnlyList<DhParametersObservation> DhParameters { get; init; } = [];

    /// <summary>For each version and group that was sampled: how often which of the server's key shares came.</summary>
    public IReadOnlyList<KeyShareObservation> KeyShares { get; init; } = [];

    /// <summary>The distinct chains the server shows.</summary>
    public IReadOnlyList<CertificateChainObservation> Certificates { get; init; } = [];

    /// <summary>Whether the ServerKeyExchange and CertificateVerify signatures that were seen hold.</summary>
    public IReadOnlyList<HandshakeSignatureObservation> HandshakeSignatures { get; init; } = [];

    /// <summary>Session tickets of TLS 1.2 and before (RFC 5077).</summary>
    public Tls12TicketObservation Tls12Tickets { get; init; } = new();

    /// <summary>Session IDs of TLS 1.2 and before (RFC 5246 section 7.3).</summary>
    public SessionIdObservation SessionIds { get; init; } = new();

    /// <summary>Resumption in TLS 1.3 (RFC 8446 sections 2.2 and 4.6.1).</summary>
    public Tls13ResumptionObservation Tls13Resumption { get; init; } = new();

    /// <summary>The single features of the protocol.</summary>
    public FeatureObservation Features { get; init; } = new();

    /// <summary>The protocols the server agrees on by ALPN, of those that were offered.</summary>
    public IReadOnlyList<string> ApplicationProtocols { get; init; } = [];

    /// <summary>The server's answer to one request, where it speaks HTTP.</summary>
    public HttpObservation? Http { get; init; }

    /// <summary>What could not be learnt, and why, each a sentence.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];
}
