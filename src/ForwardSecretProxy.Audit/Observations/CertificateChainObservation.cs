namespace ForwardSecretProxy.Audit.Observations;

/// <summary>A chain of certificates as the server sent it, and what came with it.</summary>
public sealed record CertificateChainObservation
{
    /// <summary>The certificates in DER, base64, the server's own first.</summary>
    public required IReadOnlyList<string> Chain { get; init; }

    /// <summary>The SNI names that lead to it; an empty text stands for a ClientHello without SNI.</summary>
    public IReadOnlyList<string> ServerNames { get; init; } = [];

    /// <summary>Whether it is the answer to the name that the scan is about.</summary>
    public bool IsForTarget { get; init; }

    /// <summary>Signed certificate timestamps in the TLS extension (RFC 6962 section 3.3.1), beside any in the certificate.</summary>
    public int TimestampsInHandshake { get; init; }

    /// <summary>Whether an OCSP response was stapled (RFC 6066 section 8).</summary>
    public Answer Stapled { get; init; }
}
