namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>In what a certificate differs from a good one.</summary>
internal sealed record CertificateTraits
{
    /// <summary>The DNS names in it.</summary>
    public IReadOnlyList<string> Names { get; init; } = [Identities.Host];

    /// <summary>By BouncyCastle's name.</summary>
    public string SignatureAlgorithm { get; init; } = "SHA256WITHRSA";

    /// <summary>When it ends, in days from now.</summary>
    public int DaysLeft { get; init; } = 60;

    /// <summary>Whether it obliges its server to staple an OCSP response (RFC 7633).</summary>
    public bool MustStaple { get; init; }

    /// <summary>Whether the chain has the root, and that before the intermediate, which it is not needed for.</summary>
    public bool IsMisordered { get; init; }
}
