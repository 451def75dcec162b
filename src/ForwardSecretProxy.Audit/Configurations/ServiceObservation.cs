using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>One virtual server or listener that speaks TLS, with everything that it inherits.</summary>
/// <param name="Name">As its configuration names it.</param>
/// <param name="Location">Where it begins.</param>
public sealed record ServiceObservation(string Name, SourceLocation Location)
{
    /// <summary>The versions it may speak, the oldest first; where a default differs between releases, those of all.</summary>
    public required Setting<IReadOnlyList<TlsVersion>> Versions { get; init; }

    /// <summary>What OpenSSL is given for TLS 1.2 and before.</summary>
    public required Setting<string> CipherString { get; init; }

    /// <summary>The suites that come of it.</summary>
    public required SuiteSelection Suites { get; init; }

    /// <summary>The key exchange groups, as written; null when they are not set, which leaves them to OpenSSL.</summary>
    public Setting<string>? Groups { get; init; }

    /// <summary>Whether the server's order of suites decides.</summary>
    public required Setting<Answer> ServerPreference { get; init; }

    /// <summary>Session tickets.</summary>
    public required TicketObservation Tickets { get; init; }

    /// <summary>Sessions that the server keeps.</summary>
    public required SessionCacheObservation SessionCache { get; init; }

    /// <summary>What finite-field suites compute with; null when the server has nothing for them and so does not offer any.</summary>
    public DhParametersSource? DhParameters { get; init; }

    /// <summary>Whether TLS 1.3 early data is taken.</summary>
    public required Setting<Answer> EarlyData { get; init; }

    /// <summary>Whether TLS compression is on.</summary>
    public required Setting<Answer> Compression { get; init; }

    /// <summary>Whether clients may renegotiate, or may do so without RFC 5746.</summary>
    public required Setting<Answer> Renegotiation { get; init; }

    /// <summary>The certificates' private keys.</summary>
    public IReadOnlyList<KeyObservation> Keys { get; init; } = [];

    /// <summary>
    /// Whether TLS 1.2 or an older version is spoken: only those know static key exchange, and tickets that open sessions.
    /// </summary>
    internal bool SpeaksTls12 => Versions.Value.Any(version => version < TlsVersion.Tls13);
}
