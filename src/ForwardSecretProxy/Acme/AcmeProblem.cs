using System.Text;

namespace ForwardSecretProxy.Acme;

/// <summary>An authority's own words for what is wrong (RFC 9457, with the types and parts of RFC 8555 section 6.7).</summary>
internal sealed record AcmeProblem
{
    /// <summary>A nonce was not taken; another may be (section 6.5).</summary>
    public const string BadNonce = "badNonce";

    /// <summary>The certificate that an order names has been replaced already (RFC 9773 section 5).</summary>
    public const string AlreadyReplaced = "alreadyReplaced";

    private const string Prefix = "urn:ietf:params:acme:error:";

    /// <summary>An authority's text goes into a log: so much of it.</summary>
    private const int MaxText = 600;

    /// <summary>A URN.</summary>
    public string? Type { get; init; }

    /// <summary>In words.</summary>
    public string? Detail { get; init; }

    /// <summary>The same for single names of an order.</summary>
    public IReadOnlyList<AcmeProblem>? Subproblems { get; init; }

    /// <summary>What a subproblem is about.</summary>
    public AcmeIdentifier? Identifier { get; init; }

    /// <summary>The type without its prefix.</summary>
    public string Name => Type?.StartsWith(Prefix, StringComparison.Ordinal) == true ? Type[Prefix.Length..] : Type ?? "error";

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text);
        foreach (var each in Subproblems ?? [])
        {
            text.Append("; ");
            each.Append(text);
        }

        return AcmeText.Clean(text.ToString(), MaxText);
    }

    private void Append(StringBuilder text) =>
        text.Append(Identifier is null ? "" : $"{Identifier.Value}: ").Append(Name).Append(Detail is null ? "" : $": {Detail}");
}
