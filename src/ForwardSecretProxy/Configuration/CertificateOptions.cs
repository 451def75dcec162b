namespace ForwardSecretProxy.Configuration;

/// <summary>One entry of <c>Certificates</c>: a chain from a file and the key on a token that belongs to it.</summary>
internal sealed record CertificateOptions
{
    /// <summary>The default of <see cref="FailBackAfter"/>: a token that comes and goes is not to be followed each time.</summary>
    public static readonly TimeSpan DefaultFailBackAfter = TimeSpan.FromSeconds(30);

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
    /// <c>id</c>. It never holds a PIN. No default. Example: <c>"pkcs11:token=fsp;object=web"</c>. The first of
    /// <see cref="Keys"/>, where those are given.
    /// </summary>
    public required string Key { get; init; }

    /// <summary><c>Acme</c>: from whom, and for which names, <c>fsp acme</c> gets the chain; null when it does not.</summary>
    public AcmeOrderOptions? Acme { get; init; }

    /// <summary>
    /// <c>Keys</c>, in place of <c>Key</c>: the same key on several tokens, as HSMs that replicate theirs have it; signatures
    /// are spread over all of them. Empty: there is only <see cref="Key"/>. Example:
    /// <c>[ "pkcs11:token=hsm1;object=web", "pkcs11:token=hsm2;object=web" ]</c>.
    /// </summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>
    /// <c>Spares</c>: chains with keys of their own on other tokens, which stand in while this key cannot sign, in this order.
    /// Default: none. Example: <c>[ { "Chain": "web-spare.pem", "Key": "pkcs11:token=drawer;object=web" } ]</c>.
    /// </summary>
    public IReadOnlyList<CertificateOptions> Spares { get; init; } = [];

    /// <summary>
    /// <c>FailBack</c> and <c>FailBackAfter</c>: for how long a key has to be well again before its spare is relieved;
    /// null (<c>"manual"</c>) for not before the next reload. Default: 30 s.
    /// </summary>
    public TimeSpan? FailBackAfter { get; init; } = DefaultFailBackAfter;

    /// <summary>Where the entry, or the spare, stands in the configuration.</summary>
    public string Path { get => field ?? $"Certificates:{Name}"; init; }

    /// <summary>Where <see cref="Key"/> does.</summary>
    public string KeyPath { get => field ?? (Keys.Count == 0 ? $"{Path}:Key" : $"{Path}:Keys:0"); init; }

    /// <summary>The entry itself, and then its spares.</summary>
    public IReadOnlyList<CertificateOptions> Alternatives => [this, .. Spares];

    /// <summary>The entry once with each of its keys.</summary>
    public IReadOnlyList<CertificateOptions> SingleKeys =>
        Keys.Count == 0 ? [this] : [.. Keys.Select((key, i) => this with { Key = key, KeyPath = $"{Path}:Keys:{i}" })];
}
