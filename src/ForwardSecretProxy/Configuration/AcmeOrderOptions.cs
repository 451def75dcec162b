namespace ForwardSecretProxy.Configuration;

/// <summary>How the chain of one certificate is got by ACME.</summary>
internal sealed record AcmeOrderOptions
{
    /// <summary><c>Account</c>: a name from <c>Acme</c>. Default: the only one there is. Example: <c>"letsencrypt"</c>.</summary>
    public required string Account { get; init; }

    /// <summary>
    /// <c>Names</c>: the host names that the certificate is to be for. No wildcards, which authorities give for a DNS challenge
    /// only. No default. Example: <c>[ "example.org", "www.example.org" ]</c>.
    /// </summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>
    /// <c>Challenge</c>: how the authority is shown that the names are ours: <c>http-01</c> on port 80, by a redirect listener, or
    /// <c>tls-alpn-01</c> on port 443, by one with TLS. Default <c>http-01</c>, which every authority has. Example:
    /// <c>"tls-alpn-01"</c>.
    /// </summary>
    public AcmeChallenge Challenge { get; init; }
}

/// <summary>The challenges that can be answered.</summary>
internal enum AcmeChallenge
{
    /// <summary>RFC 8555 section 8.3.</summary>
    Http01,

    /// <summary>RFC 8737.</summary>
    TlsAlpn01,
}

/// <summary>Their names.</summary>
internal static class AcmeChallengeNames
{
    /// <summary>As the configuration and the protocol spell it.</summary>
    public static string Name(this AcmeChallenge challenge) => challenge == AcmeChallenge.Http01 ? "http-01" : "tls-alpn-01";
}
