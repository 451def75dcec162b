using ForwardSecretProxy.Clients;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Configuration;

/// <summary>A whole configuration as immutable values: parsed once, then only read.</summary>
internal sealed record ProxyOptions
{
    /// <summary><c>Tokens</c>: where private keys live.</summary>
    public required IReadOnlyList<TokenEntry> Tokens { get; init; }

    /// <summary><c>Signer</c>: where the tokens' modules are loaded.</summary>
    public required SignerChoice Signer { get; init; }

    /// <summary><c>Certificates</c>: what the proxy can present.</summary>
    public required IReadOnlyList<CertificateOptions> Certificates { get; init; }

    /// <summary><c>Acme</c>: accounts at certificate authorities. Only <c>fsp acme</c> uses them. Default: none.</summary>
    public required IReadOnlyList<AcmeAccountOptions> Acme { get; init; }

    /// <summary><c>Listeners</c>: where it listens.</summary>
    public required IReadOnlyList<ListenerOptions> Listeners { get; init; }

    /// <summary><c>Tls</c>: what it offers.</summary>
    public required TlsPolicy Tls { get; init; }

    /// <summary>
    /// <c>TrustedProxies</c>: addresses and networks of the proxies and load balancers in front, whose word about the client
    /// counts: X-Forwarded-For, -Proto and -Host, and the PROXY protocol. Default: none, because everybody can write such
    /// words. Example: <c>[ "10.0.0.0/24", "2001:db8::5" ]</c>.
    /// </summary>
    public required TrustedProxies TrustedProxies { get; init; }

    /// <summary><c>Limits</c>: what a client may cost.</summary>
    public required LimitOptions Limits { get; init; }

    /// <summary><c>Backends</c>: how the services of a cluster are reached, beyond YARP's schema.</summary>
    public required IReadOnlyList<BackendOptions> Backends { get; init; }

    /// <summary><c>Admin</c>: where it can be looked at; null for nowhere.</summary>
    public AdminOptions? Admin { get; init; }

    /// <summary><c>Hsts</c>: whether browsers are told to come with https only.</summary>
    public required HstsOptions Hsts { get; init; }

    /// <summary><c>MtaSts</c>: the policies of mail domains that the http listeners serve. Default: none.</summary>
    public required IReadOnlyList<MtaStsOptions> MtaSts { get; init; }

    /// <summary><c>ReverseProxy</c>: YARP's own section, its keys and value types already checked.</summary>
    public required IConfigurationSection ReverseProxy { get; init; }

    /// <summary><c>Logging</c>: what is written about what happens.</summary>
    public required LoggingOptions Logging { get; init; }

    /// <summary>The folders in which a listener looks for the answers to challenges of that kind.</summary>
    public IReadOnlyList<string> ChallengeFolders(AcmeChallenge kind) =>
    [
        .. Listeners.Where(listener => (listener.Redirect is not null) == (kind == AcmeChallenge.Http01))
            .Select(listener => listener.AcmeChallengeFolder).OfType<string>().Distinct(),
    ];

    /// <summary>The files whose contents count, besides the configuration's own and those that hold a PIN.</summary>
    public IEnumerable<string> Files => Certificates.SelectMany(certificate => certificate.Alternatives).Select(certificate => certificate.Chain)
        .Concat(Listeners.SelectMany(listener => listener.ClientCertificates?.Files ?? []))
        .Concat(Backends.SelectMany(backend => backend.Files))
        .Concat(Listeners.Select(listener => listener.Relay?.BackendCaFile).OfType<string>())
        .Concat(MtaSts.Select(policy => policy.File));
}
