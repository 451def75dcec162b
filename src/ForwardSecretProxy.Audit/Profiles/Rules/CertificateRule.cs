using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>A rule about each certificate of the server's own.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Severity">Of a violation.</param>
/// <param name="Reference">The clause.</param>
public abstract record CertificateRule(string Kind, FindingLevel Severity, string? Reference) : ProfileRule(Kind, Severity, Reference)
{
    /// <inheritdoc/>
    public override IEnumerable<Finding> Judge(TlsOffer offer)
    {
        if (offer.Certificates is not { Count: > 0 } certificates)
            return [Unknown("The server's certificate")];
        List<string> violations =
            [.. certificates.Select(one => Violation(one) is { } text ? $"{one.Name}: {text}" : null).OfType<string>()];
        return [violations.Count > 0 ? Violated(violations) : Fulfilled()];
    }

    /// <summary>What about the certificate violates the rule, or null.</summary>
    private protected abstract string? Violation(OfferedCertificate certificate);
}
