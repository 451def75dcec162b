using System.Net;
using ForwardSecretProxy.Audit.StartTls;
using ForwardSecretProxy.OpenSsl.Client;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Bench;

/// <summary>What one benchmark does; the command line, read and checked.</summary>
internal sealed record BenchOptions
{
    /// <summary>The server as it was written.</summary>
    public required BenchTarget Target { get; init; }

    /// <summary>The address that was found and allowed; nothing is looked up again.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>Connections at once: kept going in a closed loop, the most there may be in an open one.</summary>
    public int Connections { get; init; } = 32;

    /// <summary>Arrivals for each second in an open loop; null for a closed one.</summary>
    public double? Rate { get; init; }

    /// <summary>How long is measured, after the warm-up.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Load before the measurement, for caches, compilers and processor clocks to settle.</summary>
    public TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>From a connection's start to its end.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Threads that drive connections.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How often the whole is repeated.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>The one version offered.</summary>
    public TlsVersion Tls { get; init; } = TlsVersion.Tls13;

    /// <summary>The one key exchange group accepted; null for X25519.</summary>
    public string? Group { get; init; }

    /// <summary>The one cipher suite accepted, by OpenSSL's name; null for any of the proxy's.</summary>
    public string? Cipher { get; init; }

    /// <summary>The kind of certificate accepted; null for either.</summary>
    public CertificateKind? Certificate { get; init; }

    /// <summary>Whether every handshake of a connection slot but its first must be resumed.</summary>
    public bool Resume { get; init; }

    /// <summary>The mail protocol whose STARTTLS comes before TLS; null for none.</summary>
    public StartTlsProtocol? StartTls { get; init; }

    /// <summary>The path requested over HTTP/1.1 in each connection; null for no request.</summary>
    public string? Request { get; init; }

    /// <summary>The name in SNI and in the request; null for none.</summary>
    public string? ServerName { get; init; }

    /// <summary>Roots to verify the chain with; null leaves it unverified.</summary>
    public string? CaFile { get; init; }

    /// <summary>The server's process, whose processor time is read; null for not.</summary>
    public int? ServerPid { get; init; }

    /// <summary>What is offered to the server.</summary>
    public TlsClientOptions ToClientOptions() => new()
    {
        Version = Tls,
        Groups = GroupsOffered(),
        CipherSuites = Cipher is not null ? [Cipher]
            : Tls == TlsVersion.Tls13 ? TlsPolicy.KnownTls13Suites
            : [.. TlsPolicy.KnownTls12Suites.Where(suite => Certificate is null || suite.Contains(
                Certificate == CertificateKind.Ecdsa ? "ECDSA" : "RSA", StringComparison.Ordinal))],
        SignatureSchemes = Certificate switch
        {
            CertificateKind.Ecdsa => ["ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384"],
            CertificateKind.Rsa when Tls == TlsVersion.Tls13 => ["rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384"],
            CertificateKind.Rsa => ["rsa_pss_rsae_sha256", "rsa_pkcs1_sha256", "rsa_pss_rsae_sha384", "rsa_pkcs1_sha384"],
            _ => [],
        },
        ServerName = ServerName,
        ApplicationProtocol = Request is null ? null : "http/1.1",
        CaFile = CaFile,
        Resume = Resume,
    };

    /// <summary>In TLS 1.2 the groups are also the curves a certificate may have (RFC 8422 section 5.1.1).</summary>
    private IReadOnlyList<string> GroupsOffered()
    {
        var group = Group ?? "X25519";
        return Tls == TlsVersion.Tls13 ? [group] : [group, .. ((string[])["P-256", "P-384"]).Where(curve => curve != group)];
    }
}

/// <summary>What kind of key a certificate is for.</summary>
internal enum CertificateKind
{
    /// <summary>ECDSA.</summary>
    Ecdsa,

    /// <summary>RSA.</summary>
    Rsa,
}
