namespace ForwardSecretProxy.Signing.Keys;

/// <summary>A private key on a token.</summary>
/// <param name="Label">Its CKA_LABEL.</param>
/// <param name="Id">Its CKA_ID in lower-case hexadecimal.</param>
/// <param name="PublicKey">
/// Its public half; null when the token shows none or it is of a kind that is not supported.
/// </param>
/// <param name="Note">Why there is no public key; null when there is one.</param>
/// <param name="Uri">What names it in the configuration.</param>
public sealed record TokenKeyInfo(string Label, string Id, SubjectPublicKey? PublicKey, string? Note, Pkcs11Uri Uri)
{
    /// <summary>Whether a URI for a key on its token names it, alone or among others.</summary>
    public bool IsNamedBy(Pkcs11Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return (uri.Label ?? Label) == Label && (uri.Id ?? Id) == Id;
    }
}
