namespace ForwardSecretProxy.Dane;

/// <summary>What kind of thing is wrong with published records.</summary>
internal enum TlsaFindingKind
{
    /// <summary>The resolver answers with an error: the zone is bogus, or its servers do not answer.</summary>
    LookupFailed,

    /// <summary>There are no records.</summary>
    NoRecords,

    /// <summary>The answer is not verified by DNSSEC, so nobody looks at the records.</summary>
    NotAuthenticated,

    /// <summary>A certificate in use matches no record.</summary>
    CertificateNotCovered,

    /// <summary>The next key matches no record.</summary>
    NextKeyNotPublished,

    /// <summary>A record matches nothing.</summary>
    StaleRecord,

    /// <summary>A record is one that clients pass over.</summary>
    UnusableRecord,
}

/// <summary>One thing that is wrong with published records.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Message">What is wrong; no capital, no full stop.</param>
/// <param name="Mend">What to do about it, as one or more sentences.</param>
internal sealed record TlsaFinding(TlsaFindingKind Kind, string Message, string Mend);
