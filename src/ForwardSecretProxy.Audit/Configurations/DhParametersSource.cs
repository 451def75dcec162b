using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>Finite-field parameters of TLS 1.2 and before.</summary>
/// <param name="Source">The file, or what the server has built in, in words.</param>
/// <param name="Location">Where it is set; null for a default.</param>
public sealed record DhParametersSource(string Source, SourceLocation? Location)
{
    /// <summary>The prime's length; null when it is not known, or the server chooses by its certificate.</summary>
    public int? Bits { get; init; }

    /// <summary>The group's name, when it is a published one.</summary>
    public string? KnownAs { get; init; }

    /// <summary>Whether p is prime.</summary>
    public Answer IsPrime { get; init; }

    /// <summary>Whether (p-1)/2 is prime, too.</summary>
    public Answer IsSafePrime { get; init; }

    /// <summary>Why the file could not be read.</summary>
    public string? Problem { get; init; }
}
