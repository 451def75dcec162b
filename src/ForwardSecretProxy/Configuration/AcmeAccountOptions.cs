namespace ForwardSecretProxy.Configuration;

/// <summary>One entry of <c>Acme</c>: an account at a certificate authority (RFC 8555). The first use registers it.</summary>
internal sealed record AcmeAccountOptions
{
    /// <summary>The entry's name, by which certificates refer to it.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>Directory</c>: the authority's directory, an https URL. No default. Example:
    /// <c>"https://acme-v02.api.letsencrypt.org/directory"</c>.
    /// </summary>
    public required Uri? Directory { get; init; }

    /// <summary>
    /// <c>Contact</c>: mail addresses that the authority may write to; told when the account is registered. Default: none, since
    /// few authorities write. Example: <c>[ "hostmaster@example.org" ]</c>.
    /// </summary>
    public required IReadOnlyList<string> Contact { get; init; }

    /// <summary>
    /// <c>AcceptTerms</c>: whether the operator agrees to the authority's terms of service. Default <c>false</c>: nobody agrees by
    /// silence. Example: <c>true</c>.
    /// </summary>
    public required bool AcceptTerms { get; init; }

    /// <summary>
    /// <c>AccountKey</c>: the account's key, not any certificate's: a file of mode 0600, made when it is not there, or the URI of a
    /// key on one of the <c>Tokens</c>. Default <c>acme-NAME.key</c> beside the configuration: it opens no connection, and a new
    /// account can take its place. Example: <c>"pkcs11:token=fsp;object=acme"</c>.
    /// </summary>
    public required string Key { get; init; }

    /// <summary><c>ExternalAccount</c>: an account at the authority that this one belongs to; null when it asks for none.</summary>
    public ExternalAccountOptions? ExternalAccount { get; init; }

    /// <summary>
    /// <c>CaFile</c>: the only authorities, in PEM, that may have issued the certificate of the directory's own server. Default:
    /// the system's. Example: <c>"internal-ca.pem"</c>.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>Whether the account's key is on a token.</summary>
    public bool IsKeyOnToken => Key.StartsWith(TokenPrefix, StringComparison.Ordinal);

    /// <summary>What the URI of a key on a token begins with.</summary>
    internal const string TokenPrefix = "pkcs11:";
}

/// <summary>Proof of an account that was made by other means (RFC 8555 section 7.3.4, external account binding).</summary>
/// <param name="KeyId"><c>KeyId</c>: what the authority calls it. Example: <c>"kid-1"</c>.</param>
/// <param name="KeyFile"><c>KeyFile</c>: a file, readable by its owner only, with the key in base64url. Example: <c>"eab.key"</c>.</param>
internal sealed record ExternalAccountOptions(string KeyId, string KeyFile);
