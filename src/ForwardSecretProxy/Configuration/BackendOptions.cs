namespace ForwardSecretProxy.Configuration;

/// <summary>One entry of <c>Backends</c>: what YARP's schema has no key for, for the cluster of the same name.</summary>
internal sealed record BackendOptions
{
    /// <summary>The cluster's name.</summary>
    public required string Cluster { get; init; }

    /// <summary>
    /// <c>CaFile</c>: a PEM file with the only authorities whose certificates the services may show. Default: those that
    /// the system trusts. Example: <c>"backend-ca.pem"</c>.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// <c>ClientCertificate</c>: a PEM file with the certificate that is shown to services which ask for one, and its
    /// intermediates. Default: none is shown. Example: <c>"backend-client.pem"</c>.
    /// </summary>
    public string? ClientCertificate { get; init; }

    /// <summary>
    /// <c>ClientKey</c>: the PEM file of that certificate's private key, not encrypted, readable by its owner only. It is
    /// not the key that the promises are about, which never is in a file. Example: <c>"backend-client.key"</c>.
    /// </summary>
    public string? ClientKey { get; init; }

    /// <summary>
    /// <c>ConnectTimeout</c>: how long it may take until a connection is there, all addresses of a name and the wait for
    /// a free connection included. Default 10 s: three lost SYN packets (RFC 6298) still get through, and a service
    /// that is gone is noticed before its users are. Example: <c>"2s"</c>.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The files it names.</summary>
    public IEnumerable<string> Files => ((string?[])[CaFile, ClientCertificate, ClientKey]).OfType<string>();
}
