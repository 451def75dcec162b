using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Observations;

/// <summary>One version of the protocol, and what it is spoken with.</summary>
/// <param name="Version">The version.</param>
/// <param name="Supported">Whether the server speaks it.</param>
public sealed record VersionObservation(TlsVersion Version, Answer Supported)
{
    /// <summary>The suites the server accepts, in the order in which it chose them when it was offered all that were left.</summary>
    public IReadOnlyList<CipherSuite> Suites { get; init; } = [];

    /// <summary>Suites of SSL 2.0, which are no TLS suites, by their names in its specification.</summary>
    public IReadOnlyList<string> Ssl2Suites { get; init; } = [];

    /// <summary>Codes that the server chose although no registry has them, in hexadecimal.</summary>
    public IReadOnlyList<string> UnknownSuites { get; init; } = [];

    /// <summary>Whether the server's order decides and not the client's; unknown with fewer than two suites.</summary>
    public Answer ServerPreference { get; init; }
}
