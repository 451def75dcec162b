namespace ForwardSecretProxy.Signing;

/// <summary>Something that a token or its module did and must not do.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="Token">The token's label, or what else it is known by.</param>
/// <param name="Subject">The PKCS#11 function, the key's URI, or what there is to say.</param>
/// <param name="Limit">The limit of a call that has passed it; otherwise zero.</param>
public sealed record TokenFault(TokenFaultKind Kind, string Token, string Subject, TimeSpan Limit = default);

/// <summary>The kinds of faults that are told.</summary>
public enum TokenFaultKind
{
    /// <summary>A call into the module takes longer than its limit; it may never return.</summary>
    CallExpired,

    /// <summary>Such a call has returned after all.</summary>
    CallReturned,

    /// <summary>The token refused the PIN; the subject says what it answered.</summary>
    PinRefused,

    /// <summary>A signature did not verify with the key's public half. Nobody has got it.</summary>
    WrongSignature,
}
