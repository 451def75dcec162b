namespace ForwardSecretProxy.Dane;

/// <summary>What a resolver answered.</summary>
internal sealed record TlsaAnswer
{
    /// <summary>Who answered.</summary>
    public required string Resolver { get; init; }

    /// <summary>The records, in their order.</summary>
    public required IReadOnlyList<TlsaRecord> Records { get; init; }

    /// <summary>
    /// Whether the resolver says that it has verified the answer by DNSSEC (the AD bit, RFC 4035 section 3.2.3). Without it
    /// mail servers do not look at the records (RFC 7672 section 2.2).
    /// </summary>
    public required bool IsAuthenticated { get; init; }

    /// <summary>Whether signatures came with it.</summary>
    public bool IsSigned { get; init; }

    /// <summary>The error instead of an answer, such as <c>SERVFAIL</c>; null when there is none.</summary>
    public string? Failure { get; init; }

    /// <summary>
    /// How long caches keep the records, in seconds: the original TTL where there is a signature, which a cache's answer has
    /// too. 0 when there are none.
    /// </summary>
    public int Ttl { get; init; }
}
