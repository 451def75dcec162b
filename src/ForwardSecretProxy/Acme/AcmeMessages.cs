using System.Text.Json;

namespace ForwardSecretProxy.Acme;

/// <summary>Where an authority's resources are (RFC 8555 section 7.1.1).</summary>
internal sealed record AcmeDirectory
{
    /// <summary>Gives nonces.</summary>
    public required Uri NewNonce { get; init; }

    /// <summary>Makes or finds accounts.</summary>
    public required Uri NewAccount { get; init; }

    /// <summary>Takes orders.</summary>
    public required Uri NewOrder { get; init; }

    /// <summary>Says when certificates should be renewed (RFC 9773 section 4); null where it does not.</summary>
    public Uri? RenewalInfo { get; init; }

    /// <summary>About the authority.</summary>
    public AcmeDirectoryMeta? Meta { get; init; }
}

/// <summary>About an authority.</summary>
internal sealed record AcmeDirectoryMeta
{
    /// <summary>Where the terms of service are; null when there are none.</summary>
    public string? TermsOfService { get; init; }

    /// <summary>Whether accounts must belong to one that was made by other means.</summary>
    public bool ExternalAccountRequired { get; init; }
}

/// <summary>An order (RFC 8555 section 7.1.3).</summary>
internal sealed record AcmeOrder
{
    /// <summary><c>pending</c>, <c>ready</c>, <c>processing</c>, <c>valid</c> or <c>invalid</c>.</summary>
    public required string Status { get; init; }

    /// <summary>What has to be shown, one for each name.</summary>
    public required IReadOnlyList<Uri> Authorizations { get; init; }

    /// <summary>Takes the request.</summary>
    public required Uri Finalize { get; init; }

    /// <summary>The chain, once it is <c>valid</c>.</summary>
    public Uri? Certificate { get; init; }

    /// <summary>Why it is <c>invalid</c>.</summary>
    public AcmeProblem? Error { get; init; }
}

/// <summary>What has to be shown for one name (RFC 8555 section 7.1.4).</summary>
internal sealed record AcmeAuthorization
{
    /// <summary>The name.</summary>
    public required AcmeIdentifier Identifier { get; init; }

    /// <summary><c>pending</c>, <c>valid</c>, <c>invalid</c>, <c>deactivated</c>, <c>expired</c> or <c>revoked</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The ways to show it.</summary>
    public required IReadOnlyList<AcmeChallengeMessage> Challenges { get; init; }
}

/// <summary>One way to show that a name is ours (RFC 8555 section 8).</summary>
internal sealed record AcmeChallengeMessage
{
    /// <summary>Such as <c>http-01</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Told when the answer is in its place.</summary>
    public required Uri Url { get; init; }

    /// <summary>What the answer is made of.</summary>
    public string? Token { get; init; }

    /// <summary>Why it failed.</summary>
    public AcmeProblem? Error { get; init; }
}

/// <summary>A name (RFC 8555 section 9.7.7).</summary>
/// <param name="Type"><c>dns</c>.</param>
/// <param name="Value">A host name.</param>
internal sealed record AcmeIdentifier(string Type, string Value);

/// <summary>When a certificate should be renewed (RFC 9773 section 4.2).</summary>
internal sealed record AcmeRenewalInfo
{
    /// <summary>Some time in it.</summary>
    public required RenewalWindow SuggestedWindow { get; init; }
}

/// <summary>How messages are written.</summary>
internal static class AcmeMessages
{
    /// <summary>Of what is sent and what is read; what a message must have is demanded.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
    };
}
