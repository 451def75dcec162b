namespace ForwardSecretProxy.Configuration;

/// <summary>One entry of <c>Certificates</c>: a chain from a file and the key on a token that belongs to it.</summary>
internal sealed record CertificateOptions
{
    /// <summary>The entry's name, by which listeners refer to it.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>Chain</c>: a PEM file, the certificate first, then each issuer; the root may be left out. No default.
    /// Example: <c>"web.pem"</c>.
    /// </summary>
    public required string Chain { get; init; }

    /// <summary>
    /// <c>Key</c>: the private key's RFC 7512 URI; it names a token of <c>Tokens</c> by its <c>token</c> or
    /// <c>serial</c> attribute (which may be left out when there is only one token) and the key by <c>object</c> or
    /// <c>id</c>. It never holds a PIN. No default. Example: <c>"pkcs11:token=fsp;object=web"</c>.
    /// </summary>
    public required string Key { get; init; }
}
