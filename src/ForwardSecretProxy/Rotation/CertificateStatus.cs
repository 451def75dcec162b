namespace ForwardSecretProxy.Rotation;

/// <summary>One chain of the configuration, its keys, and what is to be done about it.</summary>
/// <param name="Name">The certificate's name.</param>
/// <param name="Path">Where the entry, or the spare, stands in the configuration.</param>
/// <param name="DnsNames">The names it is good for.</param>
/// <param name="Chain">The chain's file.</param>
/// <param name="NotAfter">When the first certificate of the chain expires; null when there is none.</param>
/// <param name="DaysLeft">The whole days until then; negative afterwards.</param>
/// <param name="Keys">Its keys on each of their tokens, the one in use first; none for a token that could not be asked.</param>
/// <param name="Steps">What comes next, what matters most first.</param>
internal sealed record CertificateStatus(
    string Name,
    string Path,
    IReadOnlyList<string> DnsNames,
    string Chain,
    DateTimeOffset? NotAfter,
    int? DaysLeft,
    IReadOnlyList<CertificateKey> Keys,
    IReadOnlyList<StatusStep> Steps)
{
    /// <summary>Whether somebody has to do something now.</summary>
    public bool IsDue => Steps.Any(step => step.IsDue);
}

/// <summary>A key on the token.</summary>
/// <param name="Use">What for.</param>
/// <param name="Token">The token's label.</param>
/// <param name="Type">Its kind; null when the token shows no public key.</param>
/// <param name="Id">Its CKA_ID in hexadecimal.</param>
/// <param name="Uri">What names it and no other.</param>
internal sealed record CertificateKey(KeyUse Use, string Token, string? Type, string Id, string Uri);

/// <summary>What a key is for.</summary>
internal enum KeyUse
{
    /// <summary>The chain is for it.</summary>
    Current,

    /// <summary>It waits for its certificate.</summary>
    Next,

    /// <summary>The chain was for it before.</summary>
    Old,

    /// <summary>No chain is for it, and nothing is recorded of it.</summary>
    Unknown,
}

/// <summary>Something to do, or to wait for.</summary>
/// <param name="Text">In words.</param>
/// <param name="IsDue">Whether it is to be done now.</param>
internal sealed record StatusStep(string Text, bool IsDue);
