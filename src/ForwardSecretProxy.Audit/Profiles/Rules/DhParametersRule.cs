using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>The least size of finite-field parameters before TLS 1.3.</summary>
/// <param name="MinimumBits">The prime's length.</param>
/// <param name="Severity">Of a violation.</param>
/// <param name="Reference">The clause.</param>
public sealed record DhParametersRule(int MinimumBits, FindingLevel Severity, string? Reference)
    : ProfileRule("dh-parameters", Severity, Reference)
{
    /// <inheritdoc/>
    public override string Demand => FormattableString.Invariant($"finite-field Diffie-Hellman has {MinimumBits} bits or more");

    /// <inheritdoc/>
    public override IEnumerable<Finding> Judge(TlsOffer offer)
    {
        if (offer.DhBits is null)
            return [Unknown("The size of the Diffie-Hellman parameters")];
        List<string> violations = [.. offer.DhBits.Where(bits => bits < MinimumBits)
            .Select(bits => FormattableString.Invariant($"{bits} bits"))];
        return [violations.Count > 0 ? Violated(violations) : Fulfilled()];
    }
}
