namespace ForwardSecretProxy.Configuration;

/// <summary>A listener's <c>ClientCertificates</c>: that it asks clients for certificates (mutual TLS).</summary>
internal sealed record ClientCertificateOptions
{
    /// <summary>
    /// <c>Mode</c>: <c>required</c> refuses clients without a certificate, <c>optional</c> serves them too; both refuse
    /// one that does not pass. Default <c>none</c>, no certificate is asked for: most services know their users otherwise.
    /// </summary>
    public required bool Required { get; init; }

    /// <summary>
    /// <c>CaFile</c>: a PEM file with the CAs whose clients are taken, roots and, where clients do not send them,
    /// intermediates. No default; nothing of the system's trust store counts. Example: <c>"clients-ca.pem"</c>.
    /// </summary>
    public required string CaFile { get; init; }

    /// <summary>
    /// <c>CrlFile</c>: a PEM file with a revocation list of each CA. Null, the default, checks no revocation. One that
    /// is past its next update refuses all clients of its CA. Example: <c>"clients-ca.crl"</c>.
    /// </summary>
    public string? CrlFile { get; init; }

    /// <summary>Both files, as far as there are two.</summary>
    public IEnumerable<string> Files => CrlFile is null ? [CaFile] : [CaFile, CrlFile];
}
